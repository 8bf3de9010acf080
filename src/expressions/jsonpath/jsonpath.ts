import { stringifyJson, type JsonValue } from '../../message/json.ts';
import { JsonHolder, type Message } from '../../message/message.ts';
import type { Expression, Namespaces } from '../expression.ts';
import { SyntaxTrouble } from '../syntax.ts';
import { compileEach, fillIn, originOf, splitList, type CompileXPath } from './dynamic.ts';
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
  /** Further paths of a list (json-eval($.a,$.b)): only deleting heeds them. */
  readonly others: readonly JsonPath[];
  /** `missing` when there is no such place. */
  read(document: JsonValue, message?: Message): Found;
}

/** An Expression that is a JSONPath. */
export interface JsonPathExpression extends Expression {
  readonly language: 'jsonpath';
  /** For changing a document. With parts that only a message knows, use `pathFor`. */
  readonly jsonPath: JsonPath;
  pathFor(message: Message): JsonPath;
}

/** Throws SyntaxTrouble. */
export function compileJsonPath(path: string): JsonPath {
  const [first, ...others] = compileEach(splitList(path), single);
  return { ...first!, path, others };
}

function single(path: string): JsonPath {
  const steps = parsePath(path);
  return {
    path,
    steps,
    others: [],
    definite: isDefinite(steps),
    read: (root, message) => read(steps, { root, message }),
  };
}

/**
 * `source` is all of what the user wrote: json-eval(path), or the path alone. What cannot be found, and a path that turns
 * out to be none once its {parts} are filled in, is empty, as in Synapse. Throws SyntaxTrouble.
 */
export function compileJsonPathExpression(
  source: string,
  namespaces: Namespaces,
  compileXPath: CompileXPath,
): JsonPathExpression {
  const origin = originOf(unwrap(source).path, compileXPath);
  const fill = fillIn(origin.path, compileXPath);
  const jsonPath = fill ? unknownPath(origin.path) : compileJsonPath(origin.path);
  const pathFor = fill ? (message: Message): JsonPath => filled(fill(message)) : (): JsonPath => jsonPath;
  const find = (message: Message): Found => {
    const document = origin.document(message);
    return document === missing ? missing : pathFor(message).read(document, message);
  };
  const isWholeBody = !fill && origin.needsBody && jsonPath.steps.length === 0;
  const text = isWholeBody ? wholeBody : (message: Message): string => jsonText(find(message));
  return {
    source,
    language: 'jsonpath',
    namespaces,
    needsBody: origin.needsBody,
    jsonPath,
    pathFor,
    evaluate(message) {
      const found = find(message);
      return found === missing || found === null ? null : asValue(found);
    },
    text,
    test: (message) => text(message).toLowerCase() === 'true',
  };
}

/** Finds nothing: the parts in braces are not there yet. */
function unknownPath(path: string): JsonPath {
  return { path, steps: [{ kind: 'indexes', indexes: [] }], others: [], definite: false, read: () => missing };
}

// Filled-in paths come again and again; the cache is dropped when it gets large.
const filledPaths = new Map<string, JsonPath>();

function filled(path: string): JsonPath {
  let found = filledPaths.get(path);
  if (!found) {
    try {
      found = compileJsonPath(path);
    } catch (error) {
      if (!(error instanceof SyntaxTrouble)) throw error;
      found = unknownPath(path);
    }
    if (filledPaths.size >= 1000) filledPaths.clear();
    filledPaths.set(path, found);
  }
  return found;
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
