/** What stands in the tags of a template, one reader a directive. Source: FreeMarker manual, "Directive Reference". */
import { didYouMean } from '../syntax.ts';
import type { Cursor } from './cursor.ts';
import type { Expr } from './expression.ts';
import { parseExpression } from './parse-expression.ts';

export interface Assignment {
  readonly name: string;
  /** Undefined for ++ and --. */
  readonly value: Expr | undefined;
  readonly operator: string;
}

export interface Parameter {
  readonly name: string;
  readonly otherwise: Expr | undefined;
  /** name... takes whatever is left. */
  readonly takesRest: boolean;
}

export type Tag =
  | { readonly is: 'if' | 'elseif'; readonly condition: Expr }
  | { readonly is: 'list'; readonly source: Expr; readonly names: readonly string[] }
  | { readonly is: 'items'; readonly names: readonly string[] }
  | { readonly is: 'assign' | 'global' | 'local'; readonly pairs: readonly Assignment[]; readonly captures?: string }
  | { readonly is: 'switch'; readonly value: Expr }
  | { readonly is: 'case' | 'on'; readonly values: readonly Expr[] }
  | { readonly is: 'macro' | 'function'; readonly name: string; readonly parameters: readonly Parameter[] }
  | { readonly is: 'return' | 'stop'; readonly value: Expr | undefined }
  | { readonly is: 'nested'; readonly values: readonly Expr[] }
  | { readonly is: 'setting' | 'ftl'; readonly pairs: readonly Assignment[] }
  | {
      readonly is: 'call';
      readonly callee: Expr;
      readonly values: readonly Expr[];
      readonly pairs: readonly Assignment[];
      readonly names: readonly string[];
    }
  | { readonly is: Bare };

/** The kinds of tag that may be one of these. */
export type TagOf<Is extends Tag['is'], One extends Tag = Tag> = One extends Tag
  ? [Is & One['is']] extends [never]
    ? never
    : One
  : never;

/** Tags in which nothing stands but their name. */
const bare = [
  'else',
  'sep',
  'break',
  'continue',
  'default',
  'attempt',
  'recover',
  'compress',
  'flush',
  't',
  'lt',
  'rt',
  'nt',
] as const;
type Bare = (typeof bare)[number];

const notRun = 'include import visit recurse fallback escape noescape outputformat autoesc noautoesc transform'.split(
  ' ',
);

const readers: Readonly<Record<string, (cursor: Cursor) => Tag>> = {
  if: (cursor) => ({ is: 'if', condition: parseExpression(cursor) }),
  elseif: (cursor) => ({ is: 'elseif', condition: parseExpression(cursor) }),
  list(cursor) {
    const source = parseExpression(cursor);
    return { is: 'list', source, names: cursor.takeName('as') === undefined ? [] : names(cursor) };
  },
  items(cursor) {
    if (cursor.takeName('as') === undefined) throw cursor.trouble(`Here "as" is needed, not ${cursor.rest()}.`);
    return { is: 'items', names: names(cursor) };
  },
  assign: (cursor) => readAssign('assign', cursor),
  global: (cursor) => readAssign('global', cursor),
  local: (cursor) => readAssign('local', cursor),
  switch: (cursor) => ({ is: 'switch', value: parseExpression(cursor) }),
  case: (cursor) => ({ is: 'case', values: [parseExpression(cursor)] }),
  on: (cursor) => ({ is: 'on', values: values(cursor) }),
  macro: (cursor) => ({ is: 'macro', ...readSignature(cursor) }),
  function: (cursor) => ({ is: 'function', ...readSignature(cursor) }),
  return: (cursor) => ({ is: 'return', value: atEnd(cursor) ? undefined : parseExpression(cursor) }),
  stop: (cursor) => ({ is: 'stop', value: atEnd(cursor) ? undefined : parseExpression(cursor) }),
  nested: (cursor) => ({ is: 'nested', values: values(cursor) }),
  setting: (cursor) => ({ is: 'setting', pairs: pairs(cursor) }),
  ftl: readHeader,
};

/** After `<#name`. */
export function readTag(name: string, cursor: Cursor, at: number): Tag {
  const plain = name === 'elseIf' ? 'elseif' : name;
  if ((bare as readonly string[]).includes(plain)) return { is: plain as Bare };
  const reader = readers[plain];
  if (reader) return reader(cursor);
  if (notRun.includes(plain)) throw cursor.trouble(`The directive <#${name}> is not run by Gantry.`, undefined, at);
  throw cursor.trouble(`There is no directive <#${name}>.`, didYouMean(name, [...bare, ...Object.keys(readers)]), at);
}

/** <#ftl ...>: what speaks of files and encodings has no meaning here. */
function readHeader(cursor: Cursor): Tag {
  const { at } = cursor;
  const found = pairs(cursor);
  const format = found.find(({ name }) => name === 'output_format')?.value?.written ?? '';
  if (/html|xml|rtf/i.test(format))
    throw cursor.trouble(
      `The output format ${format}, which escapes each value, is not run by Gantry.`,
      'Escape the values that need it: ${x?xml} or ${x?html}.',
      at,
    );
  return { is: 'ftl', pairs: found };
}

/** After `<@`: a macro's name and what it is given, by name or in order. */
export function readCall(cursor: Cursor): Tag {
  const callee = parseCallee(cursor);
  const given: Expr[] = [];
  const named: Assignment[] = [];
  while (!atEnd(cursor) && cursor.sign() !== ';') {
    if (isAssignment(cursor)) named.push(readPair(cursor));
    else given.push(parseExpression(cursor));
    cursor.take(',');
  }
  const loopNames = cursor.take(';') === undefined ? [] : names(cursor);
  return { is: 'call', callee, values: given, pairs: named, names: loopNames };
}

export function atEnd(cursor: Cursor): boolean {
  cursor.blanks();
  return (
    cursor.source[cursor.at] === '>' || cursor.source.startsWith('/>', cursor.at) || cursor.at >= cursor.source.length
  );
}

function parseCallee(cursor: Cursor): Expr {
  const { at } = cursor;
  const name = cursor.needName('the name of a macro');
  return { at, written: name, variable: name, run: (run) => run.lookup(name) };
}

function readAssign(is: 'assign' | 'global' | 'local', cursor: Cursor): Tag {
  const { at } = cursor;
  const name = variableName(cursor);
  if (atEnd(cursor)) return { is, pairs: [], captures: name };
  if (cursor.name() === 'in') throw cursor.trouble('Gantry runs no namespaces of templates.');
  cursor.at = at;
  return { is, pairs: pairs(cursor) };
}

function pairs(cursor: Cursor): Assignment[] {
  return upToEnd(cursor, readPair);
}

function values(cursor: Cursor): Expr[] {
  return upToEnd(cursor, parseExpression);
}

/** One after the other, with or without commas. */
function upToEnd<T>(cursor: Cursor, read: (cursor: Cursor) => T): T[] {
  const found: T[] = [];
  while (!atEnd(cursor)) {
    found.push(read(cursor));
    cursor.take(',');
  }
  return found;
}

/** A variable may be named in quotes. */
function variableName(cursor: Cursor): string {
  cursor.blanks();
  const quoted = /^(["'])([^"'$]*)\1/.exec(cursor.source.slice(cursor.at, cursor.at + 300));
  if (!quoted) return cursor.needName('the name of a variable');
  cursor.at += quoted[0].length;
  return quoted[2]!;
}

function readPair(cursor: Cursor): Assignment {
  const name = variableName(cursor);
  const operator = cursor.take('=', '+=', '-=', '*=', '/=', '%=', '++', '--');
  if (operator === undefined) throw cursor.trouble(`Here = is needed, not ${cursor.rest()}.`);
  return { name, operator, value: operator === '++' || operator === '--' ? undefined : parseExpression(cursor) };
}

function isAssignment(cursor: Cursor): boolean {
  const { at } = cursor;
  const answer = cursor.takeName() !== undefined && cursor.sign() === '=';
  cursor.at = at;
  return answer;
}

function names(cursor: Cursor): string[] {
  const found = [cursor.needName('the name of a loop variable')];
  while (cursor.take(',')) found.push(cursor.needName('the name of a loop variable'));
  return found;
}

/** name a b="x" rest... ; parentheses and commas are allowed. */
function readSignature(cursor: Cursor): { readonly name: string; readonly parameters: readonly Parameter[] } {
  const name = cursor.needName('a name');
  const parameters: Parameter[] = [];
  const inParentheses = cursor.take('(') !== undefined;
  while (!atEnd(cursor)) {
    if (inParentheses && cursor.take(')')) break;
    const parameter = cursor.needName('the name of a parameter');
    const takesRest = cursor.take('..') !== undefined && cursor.take('.') !== undefined;
    const otherwise = cursor.take('=') === undefined ? undefined : parseExpression(cursor);
    parameters.push({ name: parameter, otherwise, takesRest });
    cursor.take(',');
  }
  return { name, parameters };
}
