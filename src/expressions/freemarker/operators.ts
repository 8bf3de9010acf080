/**
 * What the signs between two values do. Numbers are decimal, as BigDecimal: 0.1 + 0.2 is 0.3; a quotient has up to 12
 * decimals. Source: FreeMarker manual "Expressions"; ArithmeticEngine.BIGDECIMAL_ENGINE.
 */
import { add, divide, multiply, remainder, roundTo, subtract, type Decimal } from '../java/number.ts';
import { number, textOf } from './convert.ts';
import { valueOf, type Expr } from './expression.ts';
import type { Run } from './run.ts';
import { TemplateTrouble } from './trouble.ts';
import { blank, FtlDate, FtlNumber, FtlRange, isHash, isSequence, itemsOf, typeOf, type Value } from './value.ts';
import { XmlNodes } from './xml-nodes.ts';

const mostDecimals = 12;

type Operator = (left: Expr, right: Expr, run: Run) => Value;

export const operators: Readonly<Record<string, Operator>> = {
  '+': (left, right, run) => sum(valueOf(left, run), valueOf(right, run), run, [left.written, right.written]),
  '-': arithmetic(subtract),
  '*': arithmetic((a, b) => roundTo(multiply(a, b), mostDecimals)),
  '/': arithmetic((a, b) => {
    const scale = Math.max(mostDecimals, a.scale, b.scale);
    return divide({ digits: a.digits * 10n ** BigInt(scale - a.scale), scale }, notZero(b));
  }),
  '%': arithmetic((a, b) => remainder(truncated(a), notZero(truncated(b)))),
  '==': (left, right, run) => compare(left, right, run, true) === 0,
  '!=': (left, right, run) => compare(left, right, run, true) !== 0,
  '<': (left, right, run) => compare(left, right, run, false) < 0,
  '<=': (left, right, run) => compare(left, right, run, false) <= 0,
  '>': (left, right, run) => compare(left, right, run, false) > 0,
  '>=': (left, right, run) => compare(left, right, run, false) >= 0,
};

export function negated({ decimal }: FtlNumber): FtlNumber {
  return new FtlNumber({ digits: -decimal.digits, scale: decimal.scale });
}

/** Numbers are added, sequences and hashes joined; everything else is joined as text. */
export function sum(left: Value, right: Value, run: Run, written: readonly [string, string]): Value {
  if (left instanceof FtlNumber && right instanceof FtlNumber) return new FtlNumber(add(left.decimal, right.decimal));
  if (isHash(left) && isHash(right)) return new Map([...left, ...right]);
  if (isList(left) && isList(right) && left !== right) return [...itemsOf(left)!, ...itemsOf(right)!];
  return textOf(left, run, written[0]) + textOf(right, run, written[1]);
}

export function compareNumbers(a: FtlNumber, b: FtlNumber): number {
  const { digits } = subtract(a.decimal, b.decimal);
  return digits === 0n ? 0 : digits > 0n ? 1 : -1;
}

/** Whether both are of one simple type and the same; false for others. */
export function same(a: Value, b: Value): boolean {
  const [x, y] = [simple(a), simple(b)];
  if (x instanceof FtlNumber && y instanceof FtlNumber) return compareNumbers(x, y) === 0;
  if (x instanceof FtlDate && y instanceof FtlDate) return x.ms === y.ms;
  return typeof x !== 'object' && x === y;
}

function isList(value: Value): boolean {
  return isSequence(value) || value instanceof FtlRange || value === blank;
}

function arithmetic(work: (a: Decimal, b: Decimal) => Decimal): Operator {
  return (left, right, run) => new FtlNumber(work(number(left, run).decimal, number(right, run).decimal));
}

function notZero(d: Decimal): Decimal {
  if (d.digits === 0n) throw new TemplateTrouble('something is divided by zero');
  return d;
}

function truncated({ digits, scale }: Decimal): Decimal {
  return { digits: digits / 10n ** BigInt(scale), scale: 0 };
}

/** As == and < compare; throws TemplateTrouble for values of different types. */
function compare(left: Expr, right: Expr, run: Run, isEquality: boolean): number {
  const a: Value = simple(valueOf(left, run));
  const b: Value = simple(valueOf(right, run));
  if (a instanceof FtlNumber && b instanceof FtlNumber) return compareNumbers(a, b);
  if (a instanceof FtlDate && b instanceof FtlDate) return a.ms - b.ms;
  if (isEquality && typeof a === typeof b && (typeof a === 'string' || typeof a === 'boolean')) return a === b ? 0 : 1;
  const hint =
    typeof a === 'string' && b instanceof FtlNumber
      ? `Write ${left.written}?number, or compare with a text in quotes.`
      : a instanceof FtlNumber && typeof b === 'string'
        ? `Write ${right.written}?number, or a number without quotes.`
        : undefined;
  throw new TemplateTrouble(
    `${left.written} is ${typeOf(a)} and ${right.written} is ${typeOf(b)}: they cannot be compared` +
      (typeof a === typeof b && !isEquality ? ' by order' : ''),
    left.at,
    hint,
  );
}

/** XML and empty defaults are compared as the text they are. */
function simple(value: Value): Value {
  if (value === blank) return '';
  return value instanceof XmlNodes ? value.text() : value;
}
