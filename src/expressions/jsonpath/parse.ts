import { JsonNumber, type JsonValue } from '../../message/json.ts';
import { Reader } from '../reader.ts';
import { didYouMean } from '../syntax.ts';
import { functionNames } from './functions.ts';
import { parseFilter, pathOperand, type OperandParser } from './parse-filter.ts';
import type { Operand, Step } from './path.ts';

/** How a `${...}` expression widens the language: other operands in brackets and filters, other names. */
export interface Dialect {
  /** An operand only this dialect knows (payload.x, vars.x, a function call); undefined when none begins here. */
  operand?(reader: Reader): Operand | undefined;
  /** What stands in brackets when it is not plain JSONPath. The reader is behind the [ and stays before the ]. */
  bracket?(reader: Reader): Step;
  /** Characters of a name after a dot. */
  readonly nameCharacters: RegExp;
}

/** Jayway takes nearly everything up to the next dot, bracket or blank as a name. */
const plain: Dialect = { nameCharacters: /[^\s.[\]()'",?*=<>!&|]/ };
/** In a filter an operator may follow at once. */
const inFilter: Dialect = { nameCharacters: /[\p{L}\p{N}_$-]/u };

/**
 * path  = ["$"] step*            step = "." name | ".." step | "[" bracket "]" | "." "*" | "." function
 * bracket = "*" | quoted ("," quoted)* | int ("," int)* | [int] ":" [int] [":" int] | "?(" filter ")"
 * A path without $ begins with one in thought, as in Jayway. Throws SyntaxTrouble.
 */
export function parsePath(source: string): Step[] {
  const reader = new Reader(source);
  reader.skipSpace();
  if (reader.done) reader.fail('a path is missing', 'Write $ for the whole document.');
  const rooted = reader.take('$') || reader.peek() === '.' || reader.peek() === '[';
  const steps = rooted ? [] : [memberOrCall(reader, plain)];
  steps.push(...parseSteps(reader, plain));
  reader.skipSpace();
  if (!reader.done) reader.fail(`unexpected ${reader.found()} in the path`);
  return steps;
}

/** Steps up to the first character that begins none. A trailing "." means nothing: "$." is "$". */
export function parseSteps(reader: Reader, dialect: Dialect): Step[] {
  const steps: Step[] = [];
  for (;;) {
    const c = reader.peek();
    if (c === '[') {
      steps.push(parseBracket(reader, dialect));
    } else if (c === '.' && reader.peek(1) === '.') {
      reader.at += 2;
      const step = reader.peek() === '[' ? parseBracket(reader, dialect) : memberOrCall(reader, dialect);
      steps.push(step.kind === 'function' ? step : { kind: 'deep', step });
    } else if (c === '.') {
      reader.at++;
      if (reader.peek() === '[') steps.push(parseBracket(reader, dialect));
      else if (!reader.done || steps.length > 0) steps.push(memberOrCall(reader, dialect));
    } else if (dialect === plain && steps.length > 0 && c !== '' && plain.nameCharacters.test(c)) {
      // Jayway lets the dot after a bracket go: $.a[0]b.
      steps.push(memberOrCall(reader, dialect));
    } else {
      return steps;
    }
  }
}

/** What stands after a dot: *, a name, "a quoted name", or a function. */
function memberOrCall(reader: Reader, dialect: Dialect): Step {
  if (reader.peek() === '*') {
    reader.at++;
    return { kind: 'any' };
  }
  const start = reader.at;
  const quoted = reader.string();
  if (quoted !== undefined) return { kind: 'name', name: quoted };
  while (!reader.done && dialect.nameCharacters.test(reader.peek())) reader.at++;
  const name = reader.source.slice(start, reader.at);
  if (name === '') reader.fail(`expected a name after ".", found ${reader.found()}`);
  if (reader.peek() !== '(') return { kind: 'name', name };
  if (!functionNames.includes(name)) {
    reader.fail(`there is no function ${name}() on a path`, didYouMean(name, functionNames), start);
  }
  return { kind: 'function', name, args: parseArguments(reader, dialect) };
}

function parseArguments(reader: Reader, dialect: Dialect): Operand[] {
  reader.expect('(', 'the function name');
  const args: Operand[] = [];
  while (!reader.take(')')) {
    if (args.length > 0) reader.expect(',', 'an argument');
    args.push(reader.nested(() => parseOperand(reader, dialect)));
  }
  return args;
}

function parseBracket(reader: Reader, dialect: Dialect): Step {
  reader.at++;
  const step = reader.nested(() => bracketed(reader, dialect));
  reader.expect(']', 'what is in brackets');
  return step;
}

function bracketed(reader: Reader, dialect: Dialect): Step {
  if (reader.take('*')) return { kind: 'any' };
  if (reader.take('?')) return { kind: 'filter', test: parseFilter(reader, operandsOf(dialect)) };
  if (dialect.bracket) return dialect.bracket(reader);
  const name = reader.string();
  if (name !== undefined) {
    const names = [name];
    while (reader.take(','))
      names.push(reader.string() ?? reader.fail(`expected a quoted name, found ${reader.found()}`));
    return names.length === 1 ? { kind: 'name', name } : { kind: 'names', names };
  }
  return indexes(reader);
}

function indexes(reader: Reader): Step {
  const first = integer(reader);
  if (reader.take(':')) {
    const to = integer(reader);
    const by = reader.take(':') ? integer(reader) : undefined;
    return { kind: 'slice', from: first, to, by: by ?? 1 };
  }
  if (first === undefined) {
    reader.fail(
      `expected an index, a quoted name, * or ?(...), found ${reader.found()}`,
      "Names are quoted: ['name'].",
    );
  }
  const all = [first];
  while (reader.take(',')) all.push(integer(reader) ?? reader.fail(`expected an index, found ${reader.found()}`));
  return all.length === 1 ? { kind: 'index', index: first } : { kind: 'indexes', indexes: all };
}

function integer(reader: Reader): number | undefined {
  reader.skipSpace();
  const found = /^-?\d{1,9}(?![\d.])/.exec(reader.source.slice(reader.at, reader.at + 12));
  if (!found) return undefined;
  reader.at += found[0].length;
  return Number(found[0]);
}

function operandsOf(dialect: Dialect): OperandParser {
  const parser = (reader: Reader): Operand => parseOperand(reader, dialect);
  return Object.assign(parser, { textPatterns: dialect.operand !== undefined });
}

/** A literal, a path from @ or $, a list, or what the dialect adds. */
export function parseOperand(reader: Reader, dialect: Dialect): Operand {
  const own = dialect.operand?.(reader);
  if (own) return own;
  reader.skipSpace();
  const inside = dialect === plain ? inFilter : dialect;
  if (reader.take('@')) return pathOperand('@', parseSteps(reader, inside));
  if (reader.take('$')) return pathOperand('$', parseSteps(reader, inside));
  const literal = parseLiteral(reader);
  if (literal !== undefined) return () => literal;
  if (reader.take('[')) return parseList(reader, dialect);
  return reader.fail(`expected a value, @... or $..., found ${reader.found()}`);
}

function parseLiteral(reader: Reader): JsonValue | undefined {
  const text = reader.string();
  if (text !== undefined) return text;
  const number = reader.numberText();
  if (number !== undefined) return String(Number(number)) === number ? Number(number) : new JsonNumber(number);
  if (reader.takeWord('true')) return true;
  if (reader.takeWord('false')) return false;
  return reader.takeWord('null') ? null : undefined;
}

function parseList(reader: Reader, dialect: Dialect): Operand {
  const items: Operand[] = [];
  while (!reader.take(']')) {
    if (items.length > 0) reader.expect(',', 'an item of the list');
    items.push(reader.nested(() => parseOperand(reader, dialect)));
  }
  return (item, scope) => items.map((i) => i(item, scope)).filter((v) => typeof v !== 'symbol');
}
