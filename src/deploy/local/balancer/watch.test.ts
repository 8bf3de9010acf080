import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideSilence, watchTimings } from './watch.ts';

test('a replica is asked soon when requests wait for it, later when it has none, always when it is out', () => {
  const { busyMs, idleMs } = watchTimings;
  assert.equal(decideSilence({ silentMs: busyMs, inFlight: 1, quiet: false }), 'ask');
  assert.equal(decideSilence({ silentMs: busyMs, inFlight: 0, quiet: false }), 'leave');
  assert.equal(decideSilence({ silentMs: idleMs, inFlight: 0, quiet: false }), 'ask');
  assert.equal(decideSilence({ silentMs: 0, inFlight: 0, quiet: true }), 'ask');
});

test('with requests on it, a frozen replica is out of the rotation after little more than a second', () => {
  const { busyMs, everyMs, answerMs } = watchTimings;
  assert.ok(busyMs + everyMs + answerMs <= 1_100);
});
