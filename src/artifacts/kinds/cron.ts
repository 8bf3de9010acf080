import { Cron } from 'croner';

/**
 * Quartz cron expressions: 6 or 7 fields with seconds first.
 *
 *   seconds 0-59 | minutes 0-59 | hours 0-23 | day of month 1-31 | month 1-12 or JAN-DEC | day of week 1-7 or SUN-SAT | year
 *   * , - /      everywhere; a range may wrap around (22-2, FRI-MON)
 *   ?            in exactly one of the two day fields
 *   L L-3 LW 15W in day of month;   L 6L 2#1 in day of week
 *
 * Each field is brought to a list of numbers here, which croner then searches, so that days of the week, wrapping
 * ranges and the messages are Quartz's. Times are those of the process's time zone, as in MI, or of the one given.
 * Source: org.quartz.CronExpression.
 */
export interface QuartzCron {
  readonly expression: string;
  /** The first time after that one; undefined when it never fires again. */
  next(after: Date): Date | undefined;
}

/** `problem` says what is wrong, `hint` what to write. */
export type QuartzResult =
  | { readonly ok: QuartzCron; readonly problem?: undefined; readonly hint?: undefined }
  | { readonly ok?: undefined; readonly problem: string; readonly hint: string };

interface FieldRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS: readonly FieldRule[] = [
  { name: 'seconds', min: 0, max: 59 },
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day of week', min: 1, max: 7, words: DAYS },
  { name: 'year', min: 1970, max: 2099 },
];
const [, , , DAY_OF_MONTH, , DAY_OF_WEEK] = FIELDS;

class CronProblem extends Error {
  readonly hint: string;
  constructor(text: string, hint: string) {
    super(text);
    this.hint = hint;
  }
}

/** Reads a Quartz expression; the problem says which field is wrong and what it takes. */
export function parseQuartz(expression: string, timeZone?: string): QuartzResult {
  try {
    return { ok: compile(expression.trim(), timeZone) };
  } catch (error) {
    if (error instanceof CronProblem) return { problem: error.message, hint: error.hint };
    const text = (error as Error).message.replace(/^CronPattern: /, '');
    return { problem: `"${expression}" is no cron expression: ${text}.`, hint: 'Quartz example: 0 30 1 * * ?' };
  }
}

function compile(expression: string, timeZone: string | undefined): QuartzCron {
  const fields = expression.split(/\s+/);
  if (fields.length === 5) {
    throw new CronProblem(
      `"${expression}" has 5 fields; Quartz wants 6 or 7, seconds first.`,
      'Put a 0 in front, and a ? in one of the two day fields.',
    );
  }
  if (fields.length < 6 || fields.length > 7) {
    throw new CronProblem(
      `"${expression}" has ${fields.length} fields; a Quartz cron has 6 or 7.`,
      'Write seconds, minutes, hours, day of month, month, day of week and, if wanted, year.',
    );
  }
  checkDays(fields[3]!, fields[5]!);
  const parts = fields.map((field, i) => normalise(field, FIELDS[i]!));
  const fromLast = /^L-(\d{1,2})(W?)$/i.exec(fields[3]!);
  if (fromLast) parts[3] = '*';
  const cron = new Cron(parts.join(' '), {
    paused: true,
    alternativeWeekdays: true,
    sloppyRanges: true,
    ...(timeZone !== undefined && { timezone: timeZone }),
  });
  const next = (after: Date): Date | undefined => cron.nextRun(after) ?? undefined;
  if (!fromLast) return { expression, next };
  const [, days, weekday] = fromLast;
  return {
    expression,
    next: (after) => nextOnDay({ next, after, back: Number(days), weekday: weekday !== '', dayOf: dayIn(timeZone) }),
  };
}

function checkDays(dayOfMonth: string, dayOfWeek: string): void {
  const marks = [dayOfMonth, dayOfWeek].filter((f) => f === '?').length;
  if (marks === 1) return;
  throw new CronProblem(
    marks === 2
      ? 'Both day fields are "?".'
      : `Day of month "${dayOfMonth}" and day of week "${dayOfWeek}" are both given.`,
    marks === 2 ? 'Write * in one of them for every day.' : 'Quartz wants "?" in exactly one of the two day fields.',
  );
}

/** A field as a list of numbers, or one of croner's own special forms. */
function normalise(field: string, rule: FieldRule): string {
  if (field === '*' || (field === '?' && (rule === DAY_OF_MONTH || rule === DAY_OF_WEEK))) return '*';
  const special = rule === DAY_OF_MONTH ? dayOfMonth(field) : rule === DAY_OF_WEEK ? dayOfWeek(field) : undefined;
  if (special !== undefined) return special;
  const values = new Set(field.split(',').flatMap((item) => expand(item, rule)));
  return [...values].sort((a, b) => a - b).join(',');
}

function dayOfMonth(field: string): string | undefined {
  const text = field.toUpperCase();
  if (text === 'L' || text === 'LW') return text;
  const last = /^L-(\d{1,2})W?$/.exec(text);
  if (last) {
    if (Number(last[1]) <= 30) return text;
    throw new CronProblem(`"${field}" goes back more than 30 days from the last of the month.`, 'Write L-0 to L-30.');
  }
  const nearest = /^(\d{1,2})W$/.exec(text);
  if (nearest) return `${single(nearest[1]!, FIELDS[3]!)}W`;
  return undefined;
}

function dayOfWeek(field: string): string | undefined {
  const text = field.toUpperCase();
  if (text === 'L') return '7';
  const last = /^(\w+)L$/.exec(text);
  if (last && text !== 'L') return `${single(last[1]!, FIELDS[5]!)}L`;
  const nth = /^(\w+)#(\d)$/.exec(text);
  if (!nth) return undefined;
  const n = Number(nth[2]);
  if (n >= 1 && n <= 5) return `${single(nth[1]!, FIELDS[5]!)}#${n}`;
  throw new CronProblem(`"${field}" asks for a week that no month has.`, 'Write #1 to #5.');
}

/** One item of a comma list: *, a value, a range, each with an optional step. */
function expand(item: string, rule: FieldRule): number[] {
  const [range = '', stepText] = item.split('/', 2);
  const step = stepText === undefined ? 1 : Number(stepText);
  if (!Number.isInteger(step) || step < 1 || step > rule.max || item.split('/').length > 2) throw wrong(item, rule);
  const size = rule.max - rule.min + 1;
  let from = rule.min;
  let to = rule.max;
  if (range !== '*' && range !== '') {
    const ends = range.split('-');
    if (ends.length > 2) throw wrong(item, rule);
    from = single(ends[0]!, rule);
    to = ends.length === 2 ? single(ends[1]!, rule) : stepText === undefined ? from : rule.max;
  } else if (stepText === undefined) {
    throw wrong(item, rule);
  }
  if (to < from && rule.name === 'year') throw wrong(item, rule);
  const values: number[] = [];
  for (let v = from; v <= (to < from ? to + size : to); v += step) values.push(((v - rule.min) % size) + rule.min);
  return values;
}

function single(text: string, rule: FieldRule): number {
  const word = rule.words?.indexOf(text.toUpperCase()) ?? -1;
  const value = word >= 0 ? word + rule.min : /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= rule.min && value <= rule.max)) throw wrong(text, rule);
  return value;
}

function wrong(text: string, rule: FieldRule): CronProblem {
  const words = rule.words ? ` or ${rule.words[0]}-${rule.words.at(-1)}` : '';
  return new CronProblem(
    `"${text}" cannot stand in the field for ${rule.name}.`,
    `It takes ${rule.min}-${rule.max}${words}, lists with commas, ranges with - and steps with /.`,
  );
}

interface DayFromLast {
  readonly next: (after: Date) => Date | undefined;
  readonly after: Date;
  readonly back: number;
  /** The nearest weekday. */
  readonly weekday: boolean;
  readonly dayOf: (time: Date) => CalendarDay;
}

/** Month counts from 0. */
interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** L-n: days counted back from the last of the month; with W the nearest weekday. Whole days are skipped at once. */
function nextOnDay({ next, after, back, weekday, dayOf }: DayFromLast): Date | undefined {
  let from = after;
  // 28 years hold every combination of weekdays and leap years.
  for (let days = 0; days < 28 * 366; days++) {
    const found = next(from);
    if (!found) return undefined;
    const { year, month, day } = dayOf(found);
    if (day === dayFromLast(year, month, back, weekday)) return found;
    from = endOfDay(found, day, dayOf);
  }
  return undefined;
}

/** The last second of that day: halving steps, because a day may have 23 or 25 hours. */
function endOfDay(time: Date, day: number, dayOf: DayFromLast['dayOf']): Date {
  let found = time.getTime();
  for (let stepMs = 16 * 3_600_000; stepMs >= 1_000; stepMs /= 2) {
    if (dayOf(new Date(found + stepMs)).day === day) found += stepMs;
  }
  return new Date(found);
}

function dayIn(timeZone: string | undefined): (time: Date) => CalendarDay {
  if (timeZone === undefined)
    return (time) => ({ year: time.getFullYear(), month: time.getMonth(), day: time.getDate() });
  const numbers = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, ...numbers });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    return { year: parts['year']!, month: parts['month']! - 1, day: parts['day']! };
  };
}

function dayFromLast(year: number, month: number, back: number, weekday: boolean): number {
  const last = new Date(year, month + 1, 0).getDate();
  const day = last - back;
  if (!weekday || day < 1) return day;
  const on = new Date(year, month, day).getDay();
  if (on === 6) return day > 1 ? day - 1 : day + 2;
  if (on === 0) return day < last ? day + 1 : day - 2;
  return day;
}
