import { parseJson } from '../../message/json.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import type { Expression } from '../expression.ts';
import { SyntaxTrouble } from '../syntax.ts';
import { missing, type Found } from './path.ts';

/** Compiles an XPath; handed in, because XPath itself knows json-eval. */
export type CompileXPath = (source: string) => Expression;

/**
 * Parts of a path that only the message knows, as XPath in braces: $.orders[?(@.id == '{$ctx:id}')].
 * Gives the finished text of the path, or undefined when the path has no such parts.
 */
export function fillIn(path: string, compileXPath: CompileXPath): ((message: Message) => string) | undefined {
  const parts: (string | Expression)[] = [];
  let from = 0;
  for (const match of path.matchAll(/\{\s*(\$\w+:[^{}]+|get-property\([^{}]*\))\s*\}/g)) {
    parts.push(path.slice(from, match.index), compileXPath(match[1]!));
    from = match.index + match[0].length;
  }
  if (parts.length === 0) return undefined;
  parts.push(path.slice(from));
  return (message) => parts.map((part) => (typeof part === 'string' ? part : part.text(message))).join('');
}

/** Where a path begins: in the body, or in a property: $ctx:name.path. */
export interface Origin {
  /** The path from there, beginning with $. */
  readonly path: string;
  readonly needsBody: boolean;
  document(message: Message): Found;
}

const body = { needsBody: true, document: (message: Message): Found => message.body.json() ?? missing };

export function originOf(path: string, compileXPath: CompileXPath): Origin {
  const written = /^\s*(\$(?:ctx|axis2|trp|func|operation|var):[^\s.[(]+)([^]*)$/.exec(path);
  if (!written) return { ...body, path };
  const variable = compileXPath(written[1]!);
  return { path: `$${written[2]!}`, needsBody: false, document: (message) => documentOf(variable.evaluate(message)) };
}

function documentOf(value: Value): Found {
  if (value instanceof JsonHolder) return value.json;
  if (typeof value !== 'string') return typeof value === 'number' || typeof value === 'boolean' ? value : missing;
  try {
    return parseJson(value);
  } catch {
    return missing;
  }
}

/** Paths written as a list, as enrich's action="remove" takes them; commas in brackets, calls and texts do not count. */
export function splitList(path: string): string[] {
  const paths: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < path.length; i++) {
    const c = path[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === "'" || c === '"') quote = c;
    else if (c === '[' || c === '(') depth++;
    else if (c === ']' || c === ')') depth--;
    else if (c === ',' && depth === 0) {
      paths.push(path.slice(from, i));
      from = i + 1;
    }
  }
  paths.push(path.slice(from));
  return paths;
}

/** A list that is not one is reported where its part begins. */
export function compileEach<T>(paths: readonly string[], compile: (path: string) => T): T[] {
  let offset = 0;
  return paths.map((path) => {
    try {
      return compile(path);
    } catch (error) {
      if (!(error instanceof SyntaxTrouble)) throw error;
      throw new SyntaxTrouble(error.problem.text, error.problem.offset + offset, error.problem.hint);
    } finally {
      offset += path.length + 1;
    }
  });
}
