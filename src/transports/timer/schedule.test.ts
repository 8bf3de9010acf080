import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextDue as nextRun, type Misfire, type ScheduleState, type Trigger } from './schedule.ts';

const every5s: Trigger = { type: 'interval', everyMs: 5_000, count: undefined };
const onTheMinute = {
  type: 'cron',
  next: (after: Date) => new Date((Math.floor(after.getTime() / 60_000) + 1) * 60_000),
} as const satisfies Trigger;

type State = Omit<ScheduleState, 'resumedAt'> & Partial<Pick<ScheduleState, 'resumedAt'>>;
const nextDue = (trigger: Trigger, state: State, misfire?: Misfire): number | undefined =>
  nextRun(trigger, { resumedAt: undefined, ...state }, misfire);

test('an interval runs at once when nobody ran it before', () => {
  assert.equal(nextDue(every5s, { lastFire: undefined, runs: 0, startedAt: 1_000, now: 1_000 }), 1_000);
});

test('a new holder goes on with the grid of the old one', () => {
  assert.equal(nextDue(every5s, { lastFire: 10_000, runs: 3, startedAt: 12_300, now: 12_300 }), 15_000);
});

test('a run that fell into the gap between two holders is run late, once', () => {
  assert.equal(nextDue(every5s, { lastFire: 10_000, runs: 3, startedAt: 15_900, now: 15_900 }), 15_000);
});

test('many missed interval runs become one', () => {
  assert.equal(nextDue(every5s, { lastFire: 10_000, runs: 3, startedAt: 61_000, now: 61_000 }), 60_000);
});

test('an interval with a count ends after that many runs, whoever ran them', () => {
  const three: Trigger = { type: 'interval', everyMs: 1_000, count: 3 };
  assert.equal(nextDue(three, { lastFire: 2_000, runs: 2, startedAt: 0, now: 2_500 }), 3_000);
  assert.equal(nextDue(three, { lastFire: 3_000, runs: 3, startedAt: 0, now: 3_500 }), undefined);
});

test('a cron run missed by a second is late, not lost', () => {
  assert.equal(nextDue(onTheMinute, { lastFire: 60_000, runs: 1, startedAt: 121_000, now: 121_000 }), 120_000);
});

test('a cron run missed by more than the threshold is dropped', () => {
  assert.equal(nextDue(onTheMinute, { lastFire: 60_000, runs: 1, startedAt: 130_000, now: 130_000 }), 180_000);
});

test('a cron task that nobody ran yet does not catch up with the past', () => {
  assert.equal(nextDue(onTheMinute, { lastFire: undefined, runs: 0, startedAt: 61_000, now: 61_000 }), 120_000);
});

test('a task without a trigger runs once', () => {
  const once: Trigger = { type: 'once' };
  assert.equal(nextDue(once, { lastFire: undefined, runs: 0, startedAt: 7, now: 9 }), 7);
  assert.equal(nextDue(once, { lastFire: 7, runs: 1, startedAt: 7, now: 9 }), undefined);
});

test('runs missed by more than the threshold are left out, made up for by one, or all run, as was chosen', () => {
  const interval = { lastFire: 10_000, runs: 3, startedAt: 61_000, now: 61_000 };
  assert.equal(nextDue(every5s, interval, 'skip'), 60_000);
  assert.equal(nextDue(every5s, { ...interval, lastFire: 0, now: 68_500 }, 'skip'), 65_000);
  assert.equal(nextDue(every5s, interval, 'once'), 60_000);
  assert.equal(nextDue(every5s, interval, 'each'), 15_000);
  const cron = { lastFire: 60_000, runs: 1, startedAt: 400_000, now: 410_000 };
  assert.equal(nextDue(onTheMinute, cron, 'skip'), 420_000);
  assert.equal(nextDue(onTheMinute, cron, 'once'), 360_000);
  assert.equal(nextDue(onTheMinute, cron, 'each'), 120_000);
});

test('the one run that stands for a year of missed minutes is the latest', () => {
  const now = 365 * 86_400_000 + 12_345;
  let asked = 0;
  const counted: Trigger = { type: 'cron', next: (after) => (asked++, onTheMinute.next(after)) };
  const due = nextDue(counted, { lastFire: 60_000, runs: 1, startedAt: now, now }, 'once');
  assert.equal(due, 365 * 86_400_000);
  assert.ok(asked < 100, `${asked} steps`);
});

test('what fell due while it was switched off is left out, unless a policy was chosen', () => {
  const state = { lastFire: 10_000, runs: 3, startedAt: 0, resumedAt: 61_000, now: 61_000 };
  assert.equal(nextDue(every5s, state), 65_000);
  assert.equal(nextDue(every5s, state, 'once'), 60_000);
  assert.equal(nextDue(onTheMinute, { ...state, lastFire: 0, resumedAt: 120_500, now: 120_500 }), 180_000);
});
