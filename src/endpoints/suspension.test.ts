import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterAnswer,
  afterFailure,
  defaultRules,
  healthy,
  isReady,
  suspensionMs,
  switchedOff,
  type Health,
} from './suspension.ts';

const rules = {
  ...defaultRules,
  initialMs: 1_000,
  factor: 2,
  maximumMs: 5_000,
  retriesBeforeSuspension: 2,
  retryDelayMs: 100,
};

test('an error that is not a time-out suspends at once', () => {
  const { health, reason } = afterFailure(healthy, 101503, rules, 10);
  assert.deepEqual([health.state, health.readyAt], ['suspended', 1_010]);
  assert.match(reason!, /suspended for 1000 ms/);
});

test('a time-out is retried as often as said, each time after the delay, then suspends', () => {
  let health: Health = healthy;
  const states: string[] = [];
  for (let i = 0; i < 3; i++) {
    health = afterFailure(health, 101504, rules, 0).health;
    states.push(`${health.state} ${health.readyAt}`);
  }
  assert.deepEqual(states, ['timeout 100', 'timeout 100', 'suspended 1000']);
});

test('suspensions grow by the factor up to the maximum, and an answer forgets them', () => {
  let health: Health = healthy;
  const durations: number[] = [];
  for (let i = 0; i < 4; i++) {
    health = afterFailure(health, 101503, rules, 0).health;
    durations.push(health.readyAt);
  }
  assert.deepEqual(durations, [1_000, 2_000, 4_000, 5_000]);
  assert.deepEqual(afterAnswer(health).health, healthy);
});

test('a negative initial duration means 30 seconds', () => {
  assert.equal(suspensionMs(undefined, defaultRules), 30_000);
});

test('an error in neither list leaves the endpoint as it is', () => {
  const strict = { ...rules, suspendCodes: [101503], timeoutCodes: [101504] };
  assert.deepEqual(afterFailure(healthy, 101500, strict, 0), { health: healthy, reason: undefined });
});

test('the code -1, which no error has, keeps an endpoint from ever being suspended', () => {
  const never = { ...rules, suspendCodes: [-1], timeoutCodes: [-1] };
  for (const code of [101503, 101504, 101505, 101500])
    assert.equal(afterFailure(healthy, code, never, 0).health.state, 'active');
});

test('switched off it stays, whatever happens', () => {
  assert.equal(afterFailure(switchedOff, 101503, rules, 0).health.state, 'off');
  assert.equal(afterAnswer(switchedOff).health.state, 'off');
  assert.equal(isReady(switchedOff, Infinity), false);
});

test('no series of failures suspends for longer than the maximum, nor leaves an endpoint unready for ever', () => {
  const codes = fc.constantFrom(101500, 101503, 101504, 101505, 101508);
  const anyRules = fc.record({
    initialMs: fc.integer({ min: -1, max: 60_000 }),
    factor: fc.double({ min: 0, max: 10, noNaN: true }),
    maximumMs: fc.integer({ min: 0, max: 100_000 }),
    retriesBeforeSuspension: fc.integer({ min: 0, max: 5 }),
    retryDelayMs: fc.integer({ min: 0, max: 1_000 }),
  });
  fc.assert(
    fc.property(
      anyRules,
      fc.array(fc.tuple(codes, fc.integer({ min: 0, max: 10_000 })), { maxLength: 30 }),
      (some, failures) => {
        const all = { ...defaultRules, ...some };
        let health: Health = healthy;
        let now = 0;
        for (const [code, pause] of failures) {
          now += pause;
          health = afterFailure(health, code, all, now).health;
          const longest = Math.max(all.maximumMs, all.initialMs < 0 ? 30_000 : 0, all.retryDelayMs);
          assert.ok(health.readyAt - now <= longest);
          assert.ok(isReady(health, now + longest));
        }
      },
    ),
  );
});
