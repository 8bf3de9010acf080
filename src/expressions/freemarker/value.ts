/**
 * What a template computes with: the types of FreeMarker's manual, "Values, types". A value that is missing and one that
 * is null are the same, and stand here as undefined.
 */
import { readDecimal, type Decimal } from '../java/number.ts';
import { JsonNumber, type JsonValue } from '../../message/json.ts';
import { TemplateTrouble } from './trouble.ts';
import { XmlNodes } from './xml-nodes.ts';

export class FtlNumber {
  readonly decimal: Decimal;
  constructor(decimal: Decimal) {
    this.decimal = decimal;
  }
}

export class FtlDate {
  /** Milliseconds since 1970. */
  readonly ms: number;
  readonly kind: 'date' | 'time' | 'datetime';
  constructor(ms: number, kind: FtlDate['kind']) {
    this.ms = ms;
    this.kind = kind;
  }
}

/** A function, a method or a lambda. Throws TemplateTrouble when it does not take these. */
export class FtlFunction {
  readonly call: (values: readonly (Value | undefined)[]) => Value | undefined;
  constructor(call: FtlFunction['call']) {
    this.call = call;
  }
}

/** 2..5, 2..<5, 2..*3 and 2..: to be listed, or to cut a part out. */
export class FtlRange {
  readonly from: number;
  /** One beyond the last; undefined when it has no end. */
  readonly end: number | undefined;
  readonly step: 1 | -1;
  /** Whether a part that is cut out may be shorter than asked. */
  readonly isLenient: boolean;

  constructor(from: number, end: number | undefined, step: 1 | -1, isLenient: boolean) {
    this.from = from;
    this.end = end;
    this.step = step;
    this.isLenient = isLenient;
  }

  get size(): number | undefined {
    return this.end === undefined ? undefined : Math.abs(this.end - this.from);
  }

  /** Throws TemplateTrouble where there is no end, or a far one. */
  items(): FtlNumber[] {
    const { size } = this;
    if (size === undefined)
      throw new TemplateTrouble(`a range without an end can only cut out a part: x[${this.from}..]`);
    if (size > mostItems) throw new TemplateTrouble(`a range of ${size} numbers is too long (${mostItems} at most)`);
    return Array.from({ length: size }, (_, i) => whole(this.from + i * this.step));
  }
}

const mostItems = 1_000_000;

/** What ?matches gives: true or false, the places found, and the groups of the first. */
export class FtlMatch {
  /** Whether the whole text is one match. */
  readonly isWhole: boolean;
  /** The text of the match and of its groups. */
  readonly groups: readonly string[];
  readonly found: readonly FtlMatch[];

  constructor(isWhole: boolean, groups: readonly string[], found: readonly FtlMatch[]) {
    this.isWhole = isWhole;
    this.groups = groups;
    this.found = found;
  }
}

/** What `x!` is when x is missing: an empty string, sequence and hash at once. */
export const blank: unique symbol = Symbol('blank');

export type Sequence = readonly (Value | undefined)[];
/** A name may be there without a value. */
export type Hash = ReadonlyMap<string, Value | undefined>;
export type Value =
  | string
  | boolean
  | FtlNumber
  | FtlDate
  | FtlFunction
  | FtlMatch
  | FtlRange
  | Sequence
  | Hash
  | XmlNodes
  | typeof blank;

export function isSequence(value: unknown): value is Sequence {
  return Array.isArray(value);
}

export function isHash(value: unknown): value is Hash {
  return value instanceof Map;
}

/** For messages. */
export function typeOf(value: Value | undefined): string {
  if (value === undefined) return 'missing';
  if (value === blank) return 'an empty default';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a boolean';
  if (value instanceof FtlNumber) return 'a number';
  if (value instanceof FtlDate) return 'a date';
  if (value instanceof FtlFunction) return 'a function';
  if (value instanceof XmlNodes) return 'XML';
  if (value instanceof FtlMatch) return 'the result of ?matches';
  return isHash(value) ? 'a hash' : 'a sequence';
}

export function whole(value: number | bigint): FtlNumber {
  return new FtlNumber({ digits: BigInt(value), scale: 0 });
}

/** Undefined for what is no number, infinite ones included. */
export function numberIn(text: string): FtlNumber | undefined {
  const decimal = readDecimal(text);
  return decimal && new FtlNumber(decimal);
}

/** JSON as Gson and FreeMarker see it; a null in an object or array is a missing value. */
export function fromJson(json: JsonValue): Value | undefined {
  if (json === null) return undefined;
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number' || json instanceof JsonNumber) {
    const found = numberIn(String(json));
    if (!found) throw new TemplateTrouble(`the number ${String(json)} is too large`);
    return found;
  }
  if (Array.isArray(json)) return json.map(fromJson);
  return new Map(Object.entries(json).map(([name, inner]) => [name, fromJson(inner)]));
}

/** The items that <#list> goes through. */
export function itemsOf(value: Value): Sequence | undefined {
  if (value === blank) return [];
  if (isSequence(value)) return value;
  if (value instanceof FtlRange) return value.items();
  if (value instanceof FtlMatch) return value.found;
  return value instanceof XmlNodes ? value.each() : undefined;
}
