import { JsonNumber, type JsonValue } from '../../message/json.ts';
import { doubleText } from '../java/number.ts';
import { isObject, missing, type Found, type Operand, type Scope } from './path.ts';

type Call = (value: JsonValue, args: readonly Found[]) => Found;

/** Jayway's functions at the end of a path. Numbers they compute are doubles, as in Java: sum() of 1 and 2 is 3.0. */
const functions: Readonly<Record<string, Call>> = {
  length: count,
  size: count,
  min: numeric((n) => Math.min(...n)),
  max: numeric((n) => Math.max(...n)),
  sum: numeric((n) => n.reduce((a, b) => a + b, 0)),
  avg: numeric(mean),
  stddev: numeric((n) => Math.sqrt(mean(n.map((x) => x * x)) - mean(n) ** 2)),
  keys: (value) => (isObject(value) ? Object.keys(value) : missing),
  first: (value) => item(value, 0),
  last: (value) => item(value, -1),
  index: (value, [n]) => (n === undefined || n === missing ? missing : item(value, Number(n))),
  append: (value, args) => (Array.isArray(value) ? [...value, ...args.filter((a) => a !== missing)] : value),
  concat: (value, args) =>
    [...(Array.isArray(value) ? value : []), ...args]
      .filter((part) => typeof part === 'string' || isNumber(part))
      .map((part) => (part instanceof JsonNumber ? part.text : String(part)))
      .join(''),
};

export const functionNames: readonly string[] = Object.keys(functions);

/** Functions that take everything an indefinite path found, rather than one of the values. */
export function ofWholeList(name: string): boolean {
  return !['length', 'size', 'keys'].includes(name);
}

export function callFunction(name: string, value: JsonValue, args: readonly Operand[], scope: Scope): Found {
  const call = Object.hasOwn(functions, name) ? functions[name] : undefined;
  return call
    ? call(
        value,
        args.map((arg) => arg(value, scope)),
      )
    : missing;
}

export function isNumber(value: Found): value is number | JsonNumber {
  return typeof value === 'number' || value instanceof JsonNumber;
}

function item(value: JsonValue, index: number): Found {
  const found = Array.isArray(value) ? value.at(index) : undefined;
  return found === undefined ? missing : found;
}

function count(value: JsonValue): Found {
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  return typeof value === 'string' ? value.length : missing;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

/** Works on the numbers of the array and the numbers among the arguments. */
function numeric(compute: (numbers: readonly number[]) => number): Call {
  return (value, args) => {
    const all = [...(Array.isArray(value) ? value : []), ...args.flat()];
    const numbers = all.filter(isNumber).map(Number);
    return numbers.length === 0 ? missing : double(compute(numbers));
  };
}

function double(value: number): JsonValue {
  const text = doubleText(value);
  return text === String(value) ? value : new JsonNumber(text);
}
