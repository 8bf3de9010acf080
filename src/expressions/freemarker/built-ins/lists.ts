/** Source: FreeMarker manual, "Built-ins for sequences", "Built-ins for hashes". */
import { compareNumbers, same } from '../operators.ts';
import { TemplateTrouble } from '../trouble.ts';
import {
  blank,
  FtlDate,
  FtlNumber,
  FtlRange,
  isHash,
  isSequence,
  itemsOf,
  typeOf,
  whole,
  type Hash,
  type Sequence,
  type Value,
} from '../value.ts';
import { XmlNodes } from '../xml-nodes.ts';
import type { BuiltIn, BuiltIns, Use } from './call.ts';

const list = (work: (items: Sequence) => Value | undefined): BuiltIn => ({
  takes: [0, 0],
  run: (use) => work(items(use)),
});

const byCondition = (work: (items: Sequence, holds: (item: Value | undefined) => boolean) => Value): BuiltIn => ({
  takes: [1, 1],
  run: (use) => work(items(use), conditionGiven(use)),
});

export const listBuiltIns: BuiltIns = {
  first: list((all) => all[0]),
  last: list((all) => all.at(-1)),
  reverse: list((all) => all.toReversed()),
  size: { takes: [0, 0], run: (use) => whole(sizeOf(use)) },
  min: list((all) => extreme(all, -1)),
  max: list((all) => extreme(all, 1)),
  sort: list((all) => sorted(all, (item) => item)),
  sort_by: {
    takes: [1, 1],
    run(use) {
      const given = use.given(0)!;
      const path: Sequence = isSequence(given) ? given : [given];
      const names = path.map((name) => use.asText(name!, use.values[0]!.written));
      return sorted(items(use), (item) => names.reduce<Value | undefined>((at, name) => partNamed(at, name), item));
    },
  },
  join: {
    takes: [1, 3],
    run(use) {
      const there = items(use).filter((item) => item !== undefined);
      if (there.length === 0) return use.givenTextOr(1, '');
      return there.map((item) => use.asText(item)).join(use.givenText(0)) + use.givenTextOr(2, '');
    },
  },
  seq_contains: {
    takes: [1, 1],
    run(use) {
      const wanted = use.given(0)!;
      return items(use).some((item) => item !== undefined && same(item, wanted));
    },
  },
  seq_index_of: { takes: [1, 2], run: (use) => whole(indexOf(use, items(use), use.values[1] ? use.givenCount(1) : 0)) },
  seq_last_index_of: {
    takes: [1, 1],
    run(use) {
      const wanted = use.given(0)!;
      return whole(items(use).findLastIndex((item) => item !== undefined && same(item, wanted)));
    },
  },
  chunk: { takes: [1, 2], run: (use) => chunks(use) },
  filter: byCondition((all, holds) => all.filter(holds)),
  take_while: byCondition((all, holds) => {
    const end = all.findIndex((item) => !holds(item));
    return end < 0 ? all : all.slice(0, end);
  }),
  drop_while: byCondition((all, holds) => {
    const end = all.findIndex((item) => !holds(item));
    return end < 0 ? [] : all.slice(end);
  }),
  map: {
    takes: [1, 1],
    run(use) {
      const make = use.givenFunction(0);
      return items(use).map((item) => make(item));
    },
  },
  sequence: list((all) => all),
  keys: { takes: [0, 0], run: (use) => [...hashOf(use).keys()] },
  values: { takes: [0, 0], run: (use) => [...hashOf(use).values()] },
};

function items(use: Use): Sequence {
  const value = use.value();
  const found = itemsOf(value);
  if (!found) throw use.wrong('a sequence', value);
  return found;
}

function hashOf(use: Use): Hash {
  const value = use.value();
  if (value === blank) return new Map();
  if (!isHash(value)) throw use.wrong('a hash', value);
  return value;
}

function sizeOf(use: Use): number {
  const value = use.value();
  if (value instanceof FtlRange && value.size !== undefined) return value.size;
  return isHash(value) ? value.size : items(use).length;
}

function conditionGiven(use: Use): (item: Value | undefined) => boolean {
  const ask = use.givenFunction(0);
  return (item) => {
    const answer = ask(item);
    if (typeof answer !== 'boolean')
      throw new TemplateTrouble(`${use.values[0]!.written} gives ${typeOf(answer)} where true or false is needed`);
    return answer;
  };
}

function partNamed(of: Value | undefined, name: string): Value | undefined {
  if (of instanceof XmlNodes) return of.get(name);
  return isHash(of) ? of.get(name) : undefined;
}

function indexOf(use: Use, all: Sequence, from: number): number {
  const wanted = use.given(0)!;
  return all.findIndex((item, i) => i >= from && item !== undefined && same(item, wanted));
}

/** Texts without regard to case, numbers, dates and booleans; all of one type. */
function sorted(all: Sequence, key: (item: Value | undefined) => Value | undefined): Sequence {
  type Keyed = { readonly item: Value | undefined; readonly key: Value | undefined };
  const keyed = all.map((item): Keyed => ({ item, key: plain(key(item)) }));
  return keyed.toSorted((a, b) => order(a.key, b.key)).map(({ item }) => item);
}

function plain(value: Value | undefined): Value | undefined {
  return value instanceof XmlNodes ? value.text() : value;
}

function order(a: Value | undefined, b: Value | undefined): number {
  if (a instanceof FtlNumber && b instanceof FtlNumber) return compareNumbers(a, b);
  if (a instanceof FtlDate && b instanceof FtlDate) return a.ms - b.ms;
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b, 'en');
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  throw new TemplateTrouble(`${typeOf(a)} and ${typeOf(b)} cannot be put in order`);
}

function extreme(all: Sequence, sign: 1 | -1): Value | undefined {
  const there = all.filter((item) => item !== undefined);
  if (there.length === 0) return undefined;
  return there.reduce((best, item) => (order(item, best) * sign > 0 ? item : best));
}

function chunks(use: Use): Value {
  const all = items(use);
  const size = use.givenCount(0);
  if (size < 1) throw new TemplateTrouble('?chunk makes pieces of 1 item at least');
  const made: (Value | undefined)[][] = [];
  for (let at = 0; at < all.length; at += size) made.push(all.slice(at, at + size));
  const filler = use.given(1);
  const last = made.at(-1);
  if (filler !== undefined && last) last.push(...Array.from({ length: size - last.length }, () => filler));
  return made;
}
