import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Throttle } from './throttle.ts';

test('at a fixed interval messages come evenly over the minute', () => {
  const throttle = new Throttle({ mode: 'fixed_interval', unit: 'minute', count: 30 });
  assert.equal(throttle.take(0), 0);
  assert.equal(throttle.take(500), 1_500);
  assert.equal(throttle.take(2_000), 0);
  assert.equal(throttle.take(2_001), 1_999);
});

test('what was not taken while none came is not made up for', () => {
  const throttle = new Throttle({ mode: 'fixed_interval', unit: 'hour', count: 3_600 });
  assert.equal(throttle.take(0), 0);
  assert.equal(throttle.take(100_000), 0);
  assert.equal(throttle.take(100_000), 1_000);
});

test('in a batch all come at once, and then none until the minute is over', () => {
  const throttle = new Throttle({ mode: 'batch', unit: 'minute', count: 3 });
  assert.deepEqual(
    [0, 10, 20].map((now) => throttle.take(now)),
    [0, 0, 0],
  );
  assert.equal(throttle.take(30), 59_970);
  assert.equal(throttle.take(60_000), 0);
});
