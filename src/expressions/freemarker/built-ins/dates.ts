/** Source: FreeMarker manual, "Built-ins for date/time/date-time values". */
import { dateIn, dateText } from '../dates.ts';
import { FtlDate } from '../value.ts';
import type { BuiltIn, BuiltIns, Use } from './call.ts';

/** A text becomes a date, or a date with a time loses the part that is not wanted. */
const toDate = (kind: FtlDate['kind']): BuiltIn => ({
  takes: [0, 1],
  run(use) {
    const value = use.value();
    if (value instanceof FtlDate) return new FtlDate(value.ms, kind);
    return dateIn(use.text(), kind, use.values[0] && use.givenText(0));
  },
});

const iso = (inUtc: boolean): BuiltIn => ({
  takes: [0, 0],
  run(use) {
    const date = dateOf(use);
    if (!inUtc) return dateText(date, 'iso');
    const text = new Date(date.ms).toISOString().replace(/\.\d+/, '');
    return date.kind === 'date' ? text.slice(0, 10) : date.kind === 'time' ? text.slice(11) : text;
  },
});

export const dateBuiltIns: BuiltIns = {
  date: toDate('date'),
  time: toDate('time'),
  datetime: toDate('datetime'),
  iso_utc: iso(true),
  iso_local: iso(false),
};

function dateOf(use: Use): FtlDate {
  const value = use.value();
  if (value instanceof FtlDate) return value;
  throw use.wrong('a date', value);
}
