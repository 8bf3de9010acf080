/** The steps into a value: x.name, x["name"], x[2], x[1..3]. */
import { textOf, wholeIn, wrong } from './convert.ts';
import type { Expr } from './expression.ts';
import type { Run } from './run.ts';
import { TemplateTrouble } from './trouble.ts';
import { blank, FtlNumber, FtlRange, isHash, isSequence, itemsOf, typeOf, type Value } from './value.ts';
import { XmlNodes } from './xml-nodes.ts';

export function partOf(of: Expr, value: Value, name: string): Value | undefined {
  if (isHash(value)) return value.get(name);
  if (value instanceof XmlNodes) return value.get(name);
  if (value === blank) return undefined;
  throw wrong(of, 'something with parts', value);
}

export function itemOf(of: Expr, value: Value, index: Value, run: Run): Value | undefined {
  if (index instanceof FtlNumber) return itemAt(of, value, wholeIn(index), run);
  if (index instanceof FtlRange) return cut(of, value, index, run);
  if (typeof index === 'string') return partOf(of, value, index);
  throw new TemplateTrouble(`${of.written}[...] takes a name, a number or a range, not ${typeOf(index)}`, of.at);
}

/** `to` is the number of items with ..*, and undefined for a range without an end. */
export function rangeOf(sign: string, from: number, to: number | undefined): FtlRange {
  if (to === undefined) return new FtlRange(from, undefined, 1, true);
  if (sign === '..*') return new FtlRange(from, from + to, to < 0 ? -1 : 1, true);
  const step = to < from ? -1 : 1;
  return new FtlRange(from, sign === '..' ? to + step : to, step, false);
}

function itemAt(of: Expr, value: Value, index: number, run: Run): Value | undefined {
  if (value instanceof XmlNodes) return value.at(index);
  if (isSequence(value)) return value[index];
  if (value instanceof FtlRange) return value.items()[index];
  if (isHash(value)) throw wrong(of, 'a sequence', value, 'The parts of a hash have names: x["name"].');
  const text = textOf(value, run, of.written);
  if (index < 0 || index >= text.length)
    throw new TemplateTrouble(`${of.written} has ${text.length} characters, none at ${index}`, of.at);
  return text[index];
}

function cut(of: Expr, value: Value, range: FtlRange, run: Run): Value {
  const list = itemsOf(value);
  if (list && value !== blank) return picked(of, list.length, range).map((i) => list[i]);
  const text = textOf(value, run, of.written);
  if (range.step < 0 && (range.size ?? 0) > 1)
    throw new TemplateTrouble(`a range that goes down cuts no text out of ${of.written}`, of.at);
  return picked(of, text.length, range)
    .map((i) => text[i]!)
    .join('');
}

/** Places in a list of so many. */
function picked(of: Expr, length: number, { from, end = length, step, isLenient }: FtlRange): number[] {
  const places: number[] = [];
  for (let at = from; at !== end && (at - end) * step < 0; at += step) {
    if (at >= 0 && at < length) places.push(at);
    else if (!isLenient) throw new TemplateTrouble(`${of.written} has ${length} items, none at ${at}`, of.at);
    else break;
  }
  return places;
}
