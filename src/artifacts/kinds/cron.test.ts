import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuartz } from './cron.ts';

/** Local times, as a task of that process would see them. */
function times(expression: string, from: string, count: number): string[] {
  const parsed = parseQuartz(expression);
  assert.ok(parsed.ok, parsed.problem ?? expression);
  const out: string[] = [];
  let at = new Date(from);
  for (let i = 0; i < count; i++) {
    const next = parsed.ok.next(at);
    if (!next) break;
    out.push(
      `${next.getFullYear()}-${next.getMonth() + 1}-${next.getDate()} ${next.getHours()}:${next.getMinutes()}:${next.getSeconds()}`,
    );
    at = next;
  }
  return out;
}

test('seconds come first and ? leaves the other day field to decide', () => {
  assert.deepEqual(times('0 30 1 * * ?', '2026-11-21T00:00:00', 2), ['2026-11-21 1:30:0', '2026-11-22 1:30:0']);
  assert.deepEqual(times('0/20 0 0 ? * MON', '2026-11-21T00:00:00', 3), [
    '2026-11-23 0:0:0',
    '2026-11-23 0:0:20',
    '2026-11-23 0:0:40',
  ]);
});

test('day 1 of the week is Sunday', () => {
  assert.deepEqual(times('0 0 12 ? * 1', '2026-11-21T00:00:00', 1), ['2026-11-22 12:0:0']);
  assert.deepEqual(times('0 0 12 ? * SUN', '2026-11-21T00:00:00', 1), ['2026-11-22 12:0:0']);
});

test('ranges wrap around the end of the field', () => {
  assert.deepEqual(times('0 0 22-2/2 1 1 ?', '2026-12-31T00:00:00', 3), [
    '2027-1-1 0:0:0',
    '2027-1-1 2:0:0',
    '2027-1-1 22:0:0',
  ]);
  assert.deepEqual(times('0 0 0 ? * FRI-MON', '2026-11-23T12:00:00', 2), ['2026-11-27 0:0:0', '2026-11-28 0:0:0']);
});

test('the last days of the month: L, LW, L-3, L-3W, 15W, 6L, 2#1', () => {
  assert.deepEqual(times('0 0 0 L 2 ?', '2028-01-01T00:00:00', 1), ['2028-2-29 0:0:0']);
  assert.deepEqual(times('0 0 0 LW 1 ?', '2027-01-01T00:00:00', 1), ['2027-1-29 0:0:0']);
  assert.deepEqual(times('0 0 0 L-3 * ?', '2027-01-01T00:00:00', 3), [
    '2027-1-28 0:0:0',
    '2027-2-25 0:0:0',
    '2027-3-28 0:0:0',
  ]);
  assert.deepEqual(times('0 0 0 L-3W 3 ?', '2027-01-01T00:00:00', 1), ['2027-3-29 0:0:0']);
  assert.deepEqual(times('0 0 0 15W 5 ?', '2027-01-01T00:00:00', 1), ['2027-5-14 0:0:0']);
  assert.deepEqual(times('0 0 0 ? * 6L', '2026-11-01T00:00:00', 1), ['2026-11-27 0:0:0']);
  assert.deepEqual(times('0 0 0 ? * L', '2026-11-21T12:00:00', 1), ['2026-11-28 0:0:0']);
  assert.deepEqual(times('0 0 0 ? * 2#1', '2026-11-21T00:00:00', 1), ['2026-12-7 0:0:0']);
});

test('every second of a day counted from the last is found without walking through the others', () => {
  assert.deepEqual(times('* * * L-3 * ?', '2027-01-29T00:00:00', 2), ['2027-2-25 0:0:0', '2027-2-25 0:0:1']);
});

test('an expression whose time never comes has no next run', () => {
  const from = new Date('2026-11-21T00:00:00');
  for (const never of ['0 0 0 31 2 ?', '0 0 0 1 1 ? 2020', '0 0 0 29 2 ? 2027', '0 0 0 L-30 2 ?']) {
    assert.equal(parseQuartz(never).ok?.next(from), undefined, never);
  }
});

test('what Quartz refuses is refused, with the field named', () => {
  const cases: readonly [string, RegExp][] = [
    ['30 1 * * *', /5 fields/],
    ['0 0 12 * * *', /both given/],
    ['0 0 12 ? * ?', /Both day fields/],
    ['0 0 25 * * ?', /"25" cannot stand in the field for hours/],
    ['0 0 0 ? * FOO', /"FOO" cannot stand in the field for day of week/],
    ['0 ? 0 * * ?', /field for minutes/],
    ['0 0 0 0 * ?', /field for day of month/],
    ['0 0 0 ? * 2#6', /no month has/],
    ['0 0/0 0 * * ?', /field for minutes/],
    ['0 1-2-3 0 * * ?', /field for minutes/],
    ['0 0 0 L-31 * ?', /30 days/],
    ['every day', /2 fields/],
    ['', /1 fields/],
  ];
  for (const [expression, text] of cases) {
    const { problem, hint } = parseQuartz(expression);
    assert.match(problem ?? 'none', text, expression);
    assert.ok(hint);
  }
});

function timesIn(expression: string, timeZone: string, from: string, count: number): string[] {
  const parsed = parseQuartz(expression, timeZone);
  assert.ok(parsed.ok, parsed.problem ?? expression);
  const out: string[] = [];
  for (let at: Date | undefined = new Date(from); out.length < count;) {
    at = parsed.ok.next(at);
    if (at) out.push(at.toISOString());
    else break;
  }
  return out;
}

test('a time zone of its own keeps the hour through the change of the clocks', () => {
  assert.deepEqual(timesIn('0 30 1 * * ?', 'Europe/Zurich', '2026-10-24T00:00:00Z', 2), [
    '2026-10-24T23:30:00.000Z',
    '2026-10-26T00:30:00.000Z',
  ]);
  assert.deepEqual(timesIn('0 0 9 ? * MON', 'Asia/Tokyo', '2026-11-21T00:00:00Z', 1), ['2026-11-23T00:00:00.000Z']);
});

test('days counted back from the last of the month are days of the time zone', () => {
  // 2026-11-30 00:15 in Auckland is still the 29th elsewhere.
  assert.deepEqual(timesIn('0 15 0 L-0 * ?', 'Pacific/Auckland', '2026-11-21T00:00:00Z', 2), [
    '2026-11-29T11:15:00.000Z',
    '2026-12-30T11:15:00.000Z',
  ]);
});
