import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { Traffic } from './traffic.ts';

test('the rate is that of the last five whole seconds, and falls to nothing when nobody asks', async () => {
  const clock = new VirtualClock();
  const traffic = new Traffic(clock);
  for (let second = 0; second < 8; second++) {
    for (let i = 0; i < 20; i++) traffic.begin();
    await clock.advance(1_000);
  }
  assert.equal(traffic.count().perSecond, 20);
  await clock.advance(2_000);
  assert.equal(traffic.count().perSecond, 12);
  await clock.advance(60_000);
  assert.equal(traffic.count().perSecond, 0);
  assert.equal(traffic.count().requests, 160);
});

test('in the first second the rate is what came so far', () => {
  const traffic = new Traffic(new VirtualClock());
  traffic.begin();
  traffic.begin();
  assert.equal(traffic.count().perSecond, 2);
});
