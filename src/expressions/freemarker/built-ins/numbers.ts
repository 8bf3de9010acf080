/** Source: FreeMarker manual, "Built-ins for numbers", "Built-ins for booleans". */
import type { Decimal } from '../../java/number.ts';
import { formatPattern } from '../format-number.ts';
import { FtlDate, FtlMatch, FtlNumber, whole } from '../value.ts';
import { wholeIn } from '../convert.ts';
import type { BuiltIn, BuiltIns } from './call.ts';

const change = (work: (d: Decimal) => Decimal): BuiltIn => ({
  takes: [0, 0],
  run: (use) => new FtlNumber(work(use.number().decimal)),
});

const toDate = (kind: FtlDate['kind']): BuiltIn => ({
  takes: [0, 0],
  run: (use) => new FtlDate(wholeIn(use.number()), kind),
});

export const numberBuiltIns: BuiltIns = {
  abs: change(({ digits, scale }) => ({ digits: digits < 0n ? -digits : digits, scale })),
  floor: change((d) => toWhole(d, (cut, rest) => (rest < 0n ? cut - 1n : cut))),
  ceiling: change((d) => toWhole(d, (cut, rest) => (rest > 0n ? cut + 1n : cut))),
  // 2.5 becomes 3 and -2.5 becomes -2: always towards the larger one.
  round: change(({ digits, scale }) =>
    toWhole({ digits: digits * 10n + 5n * 10n ** BigInt(scale), scale: scale + 1 }, (cut, rest) =>
      rest < 0n ? cut - 1n : cut,
    ),
  ),
  int: change((d) => toWhole(d, (cut) => BigInt.asIntN(32, cut))),
  short: change((d) => toWhole(d, (cut) => BigInt.asIntN(16, cut))),
  byte: change((d) => toWhole(d, (cut) => BigInt.asIntN(8, cut))),
  long: {
    takes: [0, 0],
    run(use) {
      const value = use.value();
      if (value instanceof FtlDate) return whole(value.ms);
      return new FtlNumber(toWhole(use.number().decimal, (cut) => BigInt.asIntN(64, cut)));
    },
  },
  double: change((d) => d),
  float: change((d) => d),
  lower_abc: { takes: [0, 0], run: (use) => letters(wholeIn(use.number())) },
  upper_abc: { takes: [0, 0], run: (use) => letters(wholeIn(use.number())).toUpperCase() },
  number_to_date: toDate('date'),
  number_to_time: toDate('time'),
  number_to_datetime: toDate('datetime'),
  c: {
    takes: [0, 0],
    run(use) {
      const value = use.value();
      if (typeof value === 'boolean') return String(value);
      if (value instanceof FtlMatch) return String(value.isWhole);
      if (value instanceof FtlNumber) return formatPattern(value.decimal, 'computer');
      throw use.wrong('a number or a boolean', value);
    },
  },
  then: { takes: [2, 2], run: (use) => use.given(use.condition() ? 0 : 1) },
};

/** `rest` has the sign of the number. */
function toWhole({ digits, scale }: Decimal, work: (cut: bigint, rest: bigint) => bigint): Decimal {
  const unit = 10n ** BigInt(scale);
  return { digits: work(digits / unit, digits % unit), scale: 0 };
}

/** 1 is a, 26 is z, 27 is aa. */
function letters(n: number): string {
  let out = '';
  for (let left = n; left > 0; left = Math.floor((left - 1) / 26))
    out = String.fromCharCode(97 + ((left - 1) % 26)) + out;
  return out;
}
