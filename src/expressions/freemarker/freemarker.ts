/**
 * FreeMarker templates, as the payloadFactory runs them: text with ${values} and <#directives>.
 * Source: Apache FreeMarker 2.3 manual; MI FreeMarkerTemplateProcessor (version 2.3.30 of the language, English).
 */
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { failed } from '../failure.ts';
import { compiling, type Compiled } from '../syntax.ts';
import { build, type Built } from './build.ts';
import { valueOf } from './expression.ts';
import { dataModel } from './model.ts';
import { Run } from './run.ts';
import { scan } from './scan.ts';
import { positionIn, TemplateTrouble } from './trouble.ts';
import { isHash } from './value.ts';
import { stripLines } from './whitespace.ts';

export interface FreemarkerTemplate {
  /** `args`: texts that args.arg1, args.arg2 ... stand for. Throws a fault that says where the template cannot be filled in. */
  text(message: Message, args: readonly string[]): string;
}

export { positionIn };

export function compileFreemarker(source: string): Compiled<FreemarkerTemplate> {
  return compiling(() => {
    const tokens = scan(source);
    const keepsBlanks = tokens.some(
      (token) =>
        token.kind === 'open' &&
        token.tag.is === 'ftl' &&
        token.tag.pairs.some(({ name, value }) => name === 'strip_whitespace' && value?.written === 'false'),
    );
    const built = build(keepsBlanks ? tokens : stripLines(tokens));
    return { text: (message, args) => fill(source, built, message, args) };
  });
}

function fill(source: string, { body, definitions, header }: Built, message: Message, args: readonly string[]): string {
  const prefixes = new Map<string, string>();
  const run = new Run(message, dataModel(message, args, prefixes));
  try {
    readPrefixes(header, run, prefixes);
    for (const define of definitions) define(run);
    return run.capture(() => void body(run));
  } catch (error) {
    if (error instanceof TemplateTrouble) throw described(source, error);
    if (error instanceof RangeError)
      throw failed(`The FreeMarker template cannot be filled in: ${error.message}`, error);
    throw Fault.from(error);
  }
}

function described(source: string, { message, at, hint }: TemplateTrouble): Fault {
  const place = at === undefined ? undefined : positionIn(source, at);
  const where = place ? `, line ${place.line}, column ${place.column}` : '';
  return failed(`FreeMarker template${where}: ${message}.${hint === undefined ? '' : ` ${hint}`}`);
}

function readPrefixes(header: Built['header'], run: Run, prefixes: Map<string, string>): void {
  const written = header?.pairs.find(({ name }) => name === 'ns_prefixes')?.value;
  const found = written && valueOf(written, run);
  if (!found || !isHash(found)) return;
  for (const [prefix, uri] of found) if (typeof uri === 'string') prefixes.set(prefix, uri);
}
