import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import type { Expression, Namespaces } from '../expression.ts';
import { failed } from '../failure.ts';
import { Reader } from '../reader.ts';
import { Parser } from './parse.ts';
import { text, toValue, type Result } from './value.ts';

/** The inside of `${...}`; `source` is how the user wrote it, braces included. Throws SyntaxTrouble. */
export function compileSynapse(inner: string, source: string, namespaces: Namespaces): Expression {
  const reader = new Reader(inner);
  const parser = new Parser(reader, namespaces);
  const { run } = parser.expression();
  reader.skipSpace();
  if (!reader.done) reader.fail(`unexpected ${reader.found()}`, 'Is an operator missing before it?');

  // As in the vendor's, what cannot be computed counts as empty and is reported; the flow goes on.
  const ask = (message: Message): Result => {
    try {
      return run(message);
    } catch (error) {
      if (!Fault.is(error) || error.code !== 'EXPRESSION_FAILED') throw error;
      message.environment.report?.(failed(`${source} counts as empty: ${error.message}`, error));
      return null;
    }
  };
  return {
    source,
    language: 'synapse',
    namespaces,
    needsBody: parser.needsBody,
    evaluate: (message) => toValue(ask(message)),
    text: (message) => text(ask(message)),
    test: (message) => text(ask(message)).toLowerCase() === 'true',
  };
}
