import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failuresAfter, restartDelayMs } from './backoff.ts';

test('the first restart is immediate, then the wait doubles up to half a minute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(restartDelayMs);
  assert.deepEqual(waits, [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('no number of failures makes the wait longer than half a minute or shorter than the one before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (failures) => {
      const wait = restartDelayMs(failures);
      return wait <= 30_000 && wait <= restartDelayMs(failures + 1);
    }),
  );
});

test('ten seconds of readiness begin a new row; being up without being ready does not', () => {
  assert.equal(failuresAfter(6, 10_000), 1);
  assert.equal(failuresAfter(6, 9_999), 7);
  assert.equal(failuresAfter(6, undefined), 7);
});
