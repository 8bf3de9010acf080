import type { Message } from '../../message/message.ts';
import { failed } from '../failure.ts';
import { formatDate, momentOf, parseDate, type Moment } from '../java/date.ts';
import { decimalNumber, readDecimal, roundTo } from '../java/number.ts';
import { javaRegex } from '../java/regex.ts';
import { javaUrlDecode, javaUrlEncode } from '../java/url.ts';
import { bytes } from '../xpath/synapse-functions.ts';
import { container, double, isText, Numeric, readNumber, text, typeName, whole, type Result } from './value.ts';
import { not } from './operators.ts';

/** Called with arguments that are never null. */
export type SynapseFunction = (args: readonly Result[], message: Message, name: string) => Result;

/** The functions of Synapse expressions but exists and xpath, which look at their arguments themselves. */
const functions: Readonly<Record<string, readonly [least: number, most: number, SynapseFunction]>> = {
  length: [1, 1, ([a], _, name) => (Array.isArray(a) ? whole(a.length) : whole(string(a, name).length))],
  toLower: [1, 1, ([a], _, name) => stringOrPrimitive(a, name).toLowerCase()],
  toUpper: [1, 1, ([a], _, name) => stringOrPrimitive(a, name).toUpperCase()],
  trim: [1, 1, ([a], _, name) => string(a, name).replace(/^[\0-\x20]+|[\0-\x20]+$/g, '')],
  subString: [2, 3, subString],
  startsWith: [2, 2, ([a, b], _, name) => string(a, name).startsWith(string(b, name))],
  endsWith: [2, 2, ([a, b], _, name) => string(a, name).endsWith(string(b, name))],
  contains: [2, 2, ([a, b], _, name) => string(a, name).includes(string(b, name))],
  replace: [3, 3, ([a, b, c], _, name) => string(a, name).replaceAll(string(b, name), () => string(c, name))],
  split: [2, 2, ([a, b], _, name) => split(string(a, name), string(b, name))],
  indexOf: [
    2,
    3,
    ([a, b, from], _, name) =>
      whole(string(a, name).indexOf(string(b, name), from === undefined ? 0 : int(from, name))),
  ],
  charAt: [2, 2, charAt],
  abs: [1, 1, ([a], _, name) => keepInt(a, name, Math.abs)],
  ceil: [1, 1, ([a], _, name) => keepInt(a, name, Math.ceil)],
  floor: [1, 1, ([a], _, name) => keepInt(a, name, Math.floor)],
  round: [1, 2, round],
  sqrt: [1, 1, ([a], _, name) => double(Math.sqrt(number(a, name)))],
  pow: [2, 2, ([a, b], _, name) => double(number(a, name) ** number(b, name))],
  log: [1, 2, ([a, b], _, name) => double(logarithm(number(a, name), b === undefined ? undefined : number(b, name)))],
  base64encode: [
    1,
    2,
    ([a, b], _, name) => bytes(string(a, name), b === undefined ? '' : string(b, name)).toString('base64'),
  ],
  base64decode: [1, 1, ([a], _, name) => base64decode(string(a, name))],
  urlEncode: [1, 2, ([a], _, name) => javaUrlEncode(string(a, name)).replaceAll('+', '%20').replaceAll('*', '%2A')],
  urlDecode: [1, 1, ([a], _, name) => urlDecode(string(a, name))],
  isString: [1, 1, ([a]) => isText(a!)],
  isNumber: [1, 1, ([a]) => a instanceof Numeric && a.kind !== 'long'],
  isArray: [1, 1, ([a]) => Array.isArray(unescaped(a!))],
  isObject: [1, 1, ([a]) => unescaped(a!) !== undefined && !Array.isArray(unescaped(a!))],
  string: [1, 1, ([a]) => text(a!)],
  integer: [1, 1, ([a]) => integer(a!)],
  float: [1, 1, ([a]) => float(a!)],
  boolean: [1, 1, ([a]) => text(a!).toLowerCase() === 'true'],
  object: [1, 1, ([a], _, name) => jsonOf(a!, name, false)],
  array: [1, 1, ([a], _, name) => jsonOf(a!, name, true)],
  not: [1, 1, ([a]) => not(a!)],
  now: [0, 0, (_, message) => whole(BigInt(Math.trunc(message.environment.now())))],
  formatDateTime: [2, 3, formatDateTime],
  registry: [1, 2, registry],
  'wso2-vault': [1, 1, ([alias], message) => secret(text(alias!), message)],
  'hashicorp-vault': [2, 3, (args, message) => secret(args.map(text).join('/'), message)],
  secret: [1, 1, ([alias], message) => secret(text(alias!), message)],
};

export const functionNames: readonly string[] = [...Object.keys(functions), 'exists', 'xpath'];

export function findFunction(name: string): readonly [number, number, SynapseFunction] | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

function wrong(name: string, given: Result | undefined, wanted: string): never {
  throw failed(`${name}() needs ${wanted}, not ${typeName(given ?? null)}`);
}

function string(value: Result | undefined, name: string): string {
  return value !== undefined && isText(value) ? text(value) : wrong(name, value, 'a string');
}

/** Numbers out of JSON count as text; numbers written in the expression do not. */
function stringOrPrimitive(value: Result | undefined, name: string): string {
  return value instanceof Numeric && value.fromJson ? value.text : string(value, name);
}

function number(value: Result | undefined, name: string): number {
  return value instanceof Numeric ? value.value : wrong(name, value, 'a number');
}

function int(value: Result | undefined, name: string): number {
  return value instanceof Numeric && value.kind === 'int' ? value.value : wrong(name, value, 'an integer');
}

function keepInt(value: Result | undefined, name: string, compute: (n: number) => number): Result {
  const result = compute(number(value, name));
  return value instanceof Numeric && value.kind === 'double' ? double(result) : whole(result);
}

function round(args: readonly Result[], _: Message, name: string): Result {
  const [value, decimals] = args;
  if (!(value instanceof Numeric)) return wrong(name, value, 'a number');
  if (value.kind !== 'double') return value;
  // Without decimals: half goes up, and what does not fit an int stays at its ends.
  if (decimals === undefined)
    return whole(Math.min(Math.max(Math.floor(value.value + 0.5) || 0, -(2 ** 31)), 2 ** 31 - 1));
  const places = int(decimals, name);
  if (places <= 0) throw failed('round() needs at least 1 decimal');
  const decimal = readDecimal(value.text);
  return decimal ? double(decimalNumber(roundTo(decimal, Math.min(places, 400)))) : value;
}

function logarithm(value: number, base: number | undefined): number {
  return base === undefined ? Math.log10(value) : Math.log(value) / Math.log(base);
}

function subString(args: readonly Result[], _: Message, name: string): Result {
  const source = string(args[0], name);
  const [from, to] = [int(args[1], name), args[2] === undefined ? source.length : int(args[2], name)];
  if (from < 0 || from > to || to > source.length) {
    throw failed(`subString() from ${from} to ${to} is outside a string of ${source.length} characters`);
  }
  return source.slice(from, to);
}

function charAt(args: readonly Result[], _: Message, name: string): Result {
  const [source, at] = [string(args[0], name), int(args[1], name)];
  return source[at] ?? failing(`charAt() ${at} is outside a string of ${source.length} characters`);
}

function failing(message: string): never {
  throw failed(message);
}

/** Java's String.split: by regular expression, empty strings at the end dropped. */
function split(source: string, by: string): Result {
  if (source === '') return [''];
  const parts: string[] = [];
  let from = 0;
  for (const match of source.matchAll(pattern(by))) {
    if (match[0] === '' && (match.index === 0 || match.index === source.length)) continue;
    parts.push(source.slice(from, match.index));
    from = match.index + match[0].length;
  }
  parts.push(source.slice(from));
  if (from > 0) while (parts.at(-1) === '') parts.pop();
  return parts;
}

function pattern(source: string): RegExp {
  try {
    return javaRegex(source, 'g');
  } catch (error) {
    throw failed(`split() needs a regular expression: ${(error as Error).message}`, error);
  }
}

function base64decode(source: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(source)) throw failed('base64decode() needs base64');
  return Buffer.from(source, 'base64').toString('utf8');
}

function urlDecode(source: string): string {
  try {
    return javaUrlDecode(source);
  } catch (error) {
    throw failed('urlDecode() needs a URL-encoded text', error);
  }
}

function integer(value: Result): Result {
  if (value instanceof Numeric && value.kind === 'int') return value;
  const read = /^[+-]?\d+$/.test(text(value)) ? readNumber(text(value)) : undefined;
  return read?.kind === 'int' ? read : failing(`"${text(value)}" is no integer`);
}

function float(value: Result): Result {
  if (value instanceof Numeric) return value.kind === 'double' ? value : double(value.value);
  const read = isText(value)
    ? readNumber(
        text(value)
          .trim()
          .replace(/(?<=[\d.])[fFdD]$/, ''),
      )
    : undefined;
  return read ? double(read.value) : failing(`"${text(value)}" is no number`);
}

/** A text is looked into without its backslashes, as Synapse does. */
function unescaped(value: Result): ReturnType<typeof container> {
  return container(typeof value === 'string' ? value.replaceAll('\\', '') : value);
}

function jsonOf(value: Result, name: string, wantArray: boolean): Result {
  const found = unescaped(value);
  if (found === undefined || Array.isArray(found) !== wantArray) {
    throw failed(`${name}() cannot make a JSON ${name} of ${typeName(value)}`);
  }
  return found;
}

function formatDateTime(args: readonly Result[], _: Message, name: string): Result {
  const [source, first, second] = args;
  try {
    if (second !== undefined)
      return formatDate(parseDate(string(source, name), string(first, name)), string(second, name));
    if (!(source instanceof Numeric)) return wrong(name, source, 'a time in milliseconds');
    const moment: Moment = momentOf(Math.trunc(source.value), false);
    return formatDate(moment, string(first, name));
  } catch (error) {
    throw error instanceof RangeError ? failed(`formatDateTime(): ${error.message}`, error) : error;
  }
}

function registry(args: readonly Result[], message: Message, name: string): Result {
  const key = string(args[0], name);
  const resource = message.environment.resource(key);
  if (!resource) throw failed(`there is no registry resource "${key}"`);
  if (args[1] === undefined) return new TextDecoder().decode(resource.bytes);
  const property = string(args[1], name);
  return resource.property(property) ?? failing(`the registry resource "${key}" has no property "${property}"`);
}

function secret(alias: string, message: Message): string {
  return message.environment.secret(alias) ?? failing(`there is no secret "${alias}"`);
}
