import { stringifyJson, type JsonValue } from '../../message/json.ts';
import { JsonHolder, type Message } from '../../message/message.ts';
import type { Expression, Namespaces } from '../expression.ts';
import { SyntaxTrouble } from '../syntax.ts';
import { parsePath } from './parse.ts';
import { isDefinite, missing, type Found, type Step } from './path.ts';
import { read } from './select.ts';

/** A compiled path, for documents as well as messages. Source: Jayway JsonPath 2.x, Synapse SynapseJsonPath. */
export interface JsonPath {
  /** As written, without json-eval(). */
  readonly path: string;
  /** Finds one value at most; any other path gives an array. */
  readonly definite: boolean;
  readonly steps: readonly Step[];
  /** `missing` when there is no such place. */
  read(document: JsonValue, message?: Message): Found;
}

/** An Expression that is a JSONPath. */
export interface JsonPathExpression extends Expression {
  readonly language: 'jsonpath';
  readonly jsonPath: JsonPath;
}

/** Throws SyntaxTrouble. */
export function compileJsonPath(path: string): JsonPath {
  const steps = parsePath(path);
  return {
    path,
    steps,
    definite: isDefinite(steps),
    read: (root, message) => read(steps, { root, message }),
  };
}

/** `source` is all of what the user wrote: json-eval(path), or the path alone. Throws SyntaxTrouble. */
export function compileJsonPathExpression(source: string, namespaces: Namespaces): JsonPathExpression {
  const jsonPath = compileJsonPath(unwrap(source).path);
  const find = (message: Message): Found => {
    const document = message.body.json();
    return document === undefined ? missing : jsonPath.read(document, message);
  };
  const text = jsonPath.steps.length === 0 ? wholeBody : (message: Message): string => jsonText(find(message));
  return {
    source,
    language: 'jsonpath',
    namespaces,
    needsBody: true,
    jsonPath,
    evaluate(message) {
      const found = find(message);
      return found === missing || found === null ? null : asValue(found);
    },
    text,
    test: (message) => text(message).toLowerCase() === 'true',
  };
}

/** The path inside json-eval(...) and where it begins. */
export function unwrap(source: string): { readonly path: string; readonly offset: number } {
  const wrapped = /^(\s*json-eval\s*\()([^]*)\)\s*$/.exec(source);
  if (wrapped) return { path: wrapped[2]!, offset: wrapped[1]!.length };
  if (/^\s*json-eval\s*\(/.test(source))
    throw new SyntaxTrouble('expected ")" at the end of json-eval(', source.length);
  return { path: source, offset: 0 };
}

/** The body as it came when it is JSON, so that its blanks and numbers stay. */
function wholeBody(message: Message): string {
  if (message.body.kind === 'json') return message.body.text();
  const document = message.body.json();
  return document === undefined ? '' : jsonText(document);
}

/** Strings and numbers as expressions and properties hold them; everything else stays JSON. */
function asValue(found: JsonValue): string | number | boolean | JsonHolder {
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
  return new JsonHolder(found);
}

/** Compact JSON; a string without its quotes; null as "null"; '' for nothing. Source: SynapseJsonPath.stringValueOf. */
export function jsonText(found: Found): string {
  if (found === missing) return '';
  return typeof found === 'string' ? found : stringifyJson(found);
}
