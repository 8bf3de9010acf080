import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedTime } from './shared-time.ts';

test('a shared time is -Infinity until it is set, and can be so again', () => {
  const time = new SharedTime();
  assert.equal(time.get(), -Infinity);
  time.set(5);
  time.set(-Infinity);
  assert.equal(time.get(), -Infinity);
});

test('the other side reads what was set, at most a microsecond too early and never too late', () => {
  const time = new SharedTime();
  const other = new SharedTime(time.memory);
  for (const ms of [0, 0.0005, 1.9999999, 123_456_789.123_456_7, 2 ** 40 + 0.7]) {
    time.set(ms);
    assert.ok(other.get() <= ms && ms - other.get() <= 0.001_01, `${ms} became ${other.get()}`);
  }
});
