import { failed } from '../failure.ts';
import {
  add,
  decimalNumber,
  divide,
  multiply,
  readDecimal,
  remainder,
  subtract,
  type Decimal,
} from '../java/number.ts';
import { double, isText, Numeric, text, typeName, whole, type Result } from './value.ts';

export type Binary = (left: Result, right: Result) => Result;

/** Operators as Synapse computes them; the wrong types are an error, never a guess. Source: BinaryOperationNode. */
export const operators: Readonly<Record<string, Binary>> = {
  '+': plus,
  '-': arithmetic('-', subtract, (a, b) => a - b),
  '*': arithmetic('*', multiply, (a, b) => a * b),
  '/': slash,
  '%': arithmetic('%', remainder, (a, b) => a % b),
  '==': same,
  '!=': (a, b) => !same(a, b),
  '<': ordered('<', (n) => n < 0),
  '<=': ordered('<=', (n) => n <= 0),
  '>': ordered('>', (n) => n > 0),
  '>=': ordered('>=', (n) => n >= 0),
  and: logical('and', (a, b) => a && b),
  or: logical('or', (a, b) => a || b),
};

function plus(left: Result, right: Result): Result {
  if (isText(left) && isText(right)) return text(left) + text(right);
  return adding(left, right);
}

const adding = arithmetic('+', add, (a, b) => a + b);

/** Doubles are computed as decimals, so that 8.89 + 0.12 is 9.01; ints that overflow become longs. */
function arithmetic(
  sign: string,
  decimals: (a: Decimal, b: Decimal) => Decimal,
  wholes: (a: bigint, b: bigint) => bigint,
): Binary {
  return (left, right) => {
    const [a, b] = [numeric(left, sign, left, right), numeric(right, sign, left, right)];
    if (sign === '%' && b.value === 0) throw failed('a division by zero');
    if (a.kind !== 'double' && b.kind !== 'double') {
      // Small ints need no big numbers.
      const quick = sign === '+' ? a.value + b.value : sign === '-' ? a.value - b.value : Number.NaN;
      return Number.isSafeInteger(quick) ? whole(quick) : whole(wholes(BigInt(a.text), BigInt(b.text)));
    }
    const [x, y] = [readDecimal(a.text), readDecimal(b.text)];
    // NaN and infinities: what doubles do.
    if (!x || !y) return double(loose(sign, a.value, b.value));
    return double(decimalNumber(decimals(x, y)));
  };
}

/** Ints divide exactly to an int, else to a double; doubles keep the decimals of the dividend: 34.45 / 3.44 is 10.01. */
function slash(left: Result, right: Result): Result {
  const [a, b] = [numeric(left, '/', left, right), numeric(right, '/', left, right)];
  if (b.value === 0) throw failed('a division by zero');
  if (a.kind === 'int' && b.kind === 'int' && a.value % b.value === 0) return whole(a.value / b.value);
  if (a.kind !== 'double' && b.kind !== 'double') return double(a.value / b.value);
  const [x, y] = [readDecimal(asDouble(a)), readDecimal(asDouble(b))];
  if (!x || !y) return double(a.value / b.value);
  return double(decimalNumber(divide(x, y)));
}

/** 10 as a double is 10.0, with one decimal. */
function asDouble(n: Numeric): string {
  return n.kind === 'double' ? n.text : `${n.text}.0`;
}

function loose(sign: string, a: number, b: number): number {
  return sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b : a % b;
}

function numeric(value: Result, sign: string, left: Result, right: Result): Numeric {
  if (value instanceof Numeric) return value;
  throw failed(`${sign} cannot be used between ${typeName(left)} and ${typeName(right)}`);
}

/** Equal when they show the same text: 5 == "5" is true, 5 == 5.0 is not. Null equals only null. */
function same(left: Result, right: Result): boolean {
  if (left === null || right === null) return left === right;
  return text(left) === text(right);
}

function ordered(sign: string, test: (order: number) => boolean): Binary {
  return (left, right) => {
    const [a, b] = [numeric(left, sign, left, right), numeric(right, sign, left, right)];
    if (a.kind === 'long' || b.kind === 'long') {
      const [x, y] = [readDecimal(a.text), readDecimal(b.text)];
      if (x && y) return test(Number(subtract(x, y).digits > 0n) - Number(subtract(x, y).digits < 0n));
    }
    return !Number.isNaN(a.value) && !Number.isNaN(b.value) && test(a.value - b.value);
  };
}

/** Both sides are always computed, and both must be booleans. */
function logical(word: string, compute: (a: boolean, b: boolean) => boolean): Binary {
  return (left, right) => {
    if (typeof left === 'boolean' && typeof right === 'boolean') return compute(left, right);
    throw failed(`${word} cannot be used between ${typeName(left)} and ${typeName(right)}`);
  };
}

export function negated(value: Result): Result {
  if (!(value instanceof Numeric)) throw failed(`- cannot be used with ${typeName(value)}`);
  return value.kind === 'double' ? double(-value.value) : whole(-BigInt(value.text));
}

export function not(value: Result): Result {
  if (typeof value !== 'boolean') throw failed(`not cannot be used with ${typeName(value)}`);
  return !value;
}
