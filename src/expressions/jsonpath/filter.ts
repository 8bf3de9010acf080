import { JsonNumber } from '../../message/json.ts';
import { isNumber } from './functions.ts';
import { isObject, missing, type Found, type Operand, type Test } from './path.ts';

/** A regular expression written in a filter. It stands only on the right of =~. */
export class Pattern {
  readonly regex: RegExp;
  constructor(regex: RegExp) {
    this.regex = regex;
  }
}

type Compare = (left: Found, right: Found) => boolean;

/** Jayway's operators. What cannot be compared is false, never an error. */
const comparisons: Readonly<Record<string, Compare>> = {
  '===': (a, b) => typeOf(a) === typeOf(b) && equal(a, b),
  '!==': (a, b) => !(typeOf(a) === typeOf(b) && equal(a, b)),
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<=': (a, b) => ordered(a, b, (n) => n <= 0),
  '>=': (a, b) => ordered(a, b, (n) => n >= 0),
  '<': (a, b) => ordered(a, b, (n) => n < 0),
  '>': (a, b) => ordered(a, b, (n) => n > 0),
  in: (a, b) => Array.isArray(b) && b.some((item) => equal(a, item)),
  nin: (a, b) => Array.isArray(b) && !b.some((item) => equal(a, item)),
  subsetof: (a, b) => Array.isArray(a) && Array.isArray(b) && a.every((x) => b.some((y) => equal(x, y))),
  anyof: (a, b) => Array.isArray(a) && Array.isArray(b) && a.some((x) => b.some((y) => equal(x, y))),
  noneof: (a, b) => Array.isArray(a) && Array.isArray(b) && !a.some((x) => b.some((y) => equal(x, y))),
  all: (a, b) => Array.isArray(a) && Array.isArray(b) && b.every((x) => a.some((y) => equal(x, y))),
  contains: (a, b) =>
    Array.isArray(a)
      ? a.some((item) => equal(item, b))
      : typeof a === 'string' && typeof b === 'string' && a.includes(b),
  size: (a, b) => sizeOf(a) !== undefined && isNumber(b) && sizeOf(a) === Number(b),
  empty: (a, b) => sizeOf(a) !== undefined && (sizeOf(a) === 0) === b,
};

/** Words among the operators, longest first; the symbols come as they are. */
export const comparisonWords: readonly string[] = [
  'subsetof',
  'contains',
  'noneof',
  'anyof',
  'empty',
  'size',
  'nin',
  'all',
  'in',
];
export const comparisonSymbols: readonly string[] = ['===', '!==', '==', '!=', '<=', '>=', '=~', '<', '>'];

export function compare(operator: string, left: Operand, right: Operand): Test {
  const test = comparisons[operator]!;
  return (item, scope) => test(left(item, scope), right(item, scope));
}

/** The whole text must match, as with Java's matches(). An array matches when one of its texts does. */
export function matches(left: Operand, pattern: Pattern): Test {
  const whole = new RegExp(`^(?:${pattern.regex.source})$`, pattern.regex.flags);
  const text = (value: Found): boolean =>
    (typeof value === 'string' && whole.test(value)) || (isNumber(value) && whole.test(numberText(value)));
  return (item, scope) => {
    const value = left(item, scope);
    return Array.isArray(value) ? value.some(text) : text(value);
  };
}

function typeOf(value: Found): string {
  return isNumber(value) ? 'number' : Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

/** Numbers by value, a number and a text when the text is that number; arrays and objects member by member. */
function equal(a: Found, b: Found): boolean {
  if (a === missing || b === missing) return false;
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (isNumber(a) && typeof b === 'string') return b.trim() !== '' && Number(b) === Number(a);
  if (typeof a === 'string' && isNumber(b)) return a === numberText(b);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => equal(v, b[i]!));
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((n) => Object.hasOwn(b, n) && equal(a[n]!, b[n]!));
  }
  return a === b;
}

function sameNumber(a: number | JsonNumber, b: number | JsonNumber): boolean {
  return (
    Number(a) === Number(b) && (Number.isSafeInteger(Number(a)) || !isLarge(a, b) || numberText(a) === numberText(b))
  );
}

/** Beyond what a double holds exactly, the digits decide. */
function isLarge(a: number | JsonNumber, b: number | JsonNumber): boolean {
  return [a, b].every((n) => /^-?\d+$/.test(numberText(n)));
}

function numberText(value: number | JsonNumber): string {
  return value instanceof JsonNumber ? value.text : String(value);
}

function ordered(a: Found, b: Found, test: (sign: number) => boolean): boolean {
  if (isNumber(a) && isNumber(b)) return test(Number(a) - Number(b));
  if (typeof a === 'string' && typeof b === 'string') return test(a < b ? -1 : a > b ? 1 : 0);
  // Numbers written as text compare as numbers with a number.
  if (isNumber(a) && typeof b === 'string' && b.trim() !== '') return test(Number(a) - Number(b));
  if (typeof a === 'string' && a.trim() !== '' && isNumber(b)) return test(Number(a) - Number(b));
  return false;
}

function sizeOf(value: Found): number | undefined {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}
