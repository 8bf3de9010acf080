import { javaRegex } from '../java/regex.ts';
import type { Reader } from '../reader.ts';
import { compare, comparisonSymbols, comparisonWords, matches, Pattern } from './filter.ts';
import { isDefinite, missing, type Operand, type Step, type Test } from './path.ts';
import { read } from './select.ts';

/** Reads one operand; handed in, because operands hold paths and paths hold filters. */
export interface OperandParser {
  (reader: Reader): Operand;
  /** May a pattern be written as a quoted text? */
  readonly textPatterns?: boolean;
}

/** filter = "(" or ")"    or = and ("||" and)*    and = not ("&&" not)*    not = "!" not | "(" or ")" | comparison */
export function parseFilter(reader: Reader, operand: OperandParser): Test {
  reader.expect('(', 'the ? of a filter');
  const test = reader.nested(() => parseOr(reader, operand));
  reader.expect(')', 'the filter');
  return test;
}

function parseOr(reader: Reader, operand: OperandParser): Test {
  let test = parseAnd(reader, operand);
  while (reader.take('||') || reader.takeWord('or')) {
    const [left, right] = [test, parseAnd(reader, operand)];
    test = (item, scope) => left(item, scope) || right(item, scope);
  }
  return test;
}

function parseAnd(reader: Reader, operand: OperandParser): Test {
  let test = parseNot(reader, operand);
  while (reader.take('&&') || reader.takeWord('and')) {
    const [left, right] = [test, parseNot(reader, operand)];
    test = (item, scope) => left(item, scope) && right(item, scope);
  }
  return test;
}

function parseNot(reader: Reader, operand: OperandParser): Test {
  return reader.nested(() => {
    if (!reader.sees('!=') && reader.take('!')) {
      const test = parseNot(reader, operand);
      return (item, scope) => !test(item, scope);
    }
    if (reader.take('(')) {
      const test = parseOr(reader, operand);
      reader.expect(')', 'the part in parentheses');
      return test;
    }
    return parseComparison(reader, operand);
  });
}

/** Without an operator: is there anything at that path? A literal true or false stands for itself. */
function parseComparison(reader: Reader, operand: OperandParser): Test {
  const left = operand(reader);
  const operator =
    comparisonSymbols.find((symbol) => reader.take(symbol)) ?? comparisonWords.find((word) => reader.takeWord(word));
  if (operator === undefined) {
    return (item, scope) => {
      const value = left(item, scope);
      return value !== missing && value !== false;
    };
  }
  if (operator === '=~') return matches(left, parsePattern(reader, operand));
  return compare(operator, left, operand(reader));
}

function parsePattern(reader: Reader, operand: OperandParser): Pattern {
  reader.skipSpace();
  const start = reader.at;
  const written = /^\/((?:\\.|[^\\/])*)\/([a-zA-Z]*)/.exec(reader.source.slice(reader.at));
  if (!written) {
    // A pattern as a text, as computed dialects write it.
    const text = reader.string();
    if (text === undefined || !operand.textPatterns) {
      return reader.fail(
        `expected a regular expression after =~, found ${reader.found()}`,
        'Write it as /pattern/ or /pattern/i.',
      );
    }
    return pattern(reader, text, '', start);
  }
  reader.at += written[0].length;
  return pattern(reader, written[1]!, written[2]!, start);
}

function pattern(reader: Reader, text: string, flags: string, start: number): Pattern {
  try {
    return new Pattern(javaRegex(text, flags));
  } catch (error) {
    return reader.fail(`the regular expression does not compile: ${(error as Error).message}`, undefined, start);
  }
}

/** A path inside a filter. One that may match many counts as absent when it matches none. */
export function pathOperand(root: '@' | '$', steps: readonly Step[]): Operand {
  const definite = isDefinite(steps);
  return (item, scope) => {
    const value = read(steps, scope, root === '@' ? item : scope.root);
    return !definite && Array.isArray(value) && value.length === 0 ? missing : value;
  };
}
