import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import { Events } from './events.ts';
import { Holders } from './holders.ts';

test('a failover is shown with the time it took, counted from the loss of the holder', async () => {
  const clock = new VirtualClock();
  const events = new Events(clock);
  const holders = new Holders(clock, events);
  holders.acquired('task/nightly', 7, 'pod-1', 11);
  holders.processEnded(11);
  assert.equal(holders.of('task/nightly'), undefined);
  await clock.advance(900);
  holders.acquired('task/nightly', 8, 'pod-2', 12);
  assert.deepEqual(holders.of('task/nightly'), { pod: 'pod-2', pid: 12, token: 8 });
  assert.equal(events.recent.at(-1)?.tookMs, 900);
});

test('news of an older term does not displace a newer one', () => {
  const clock = new VirtualClock();
  const holders = new Holders(clock, new Events(clock));
  holders.acquired('task/nightly', 8, 'pod-2', 12);
  holders.acquired('task/nightly', 7, 'pod-1', 11);
  holders.ended('task/nightly', 11, 'lost');
  assert.equal(holders.of('task/nightly')?.pod, 'pod-2');
});

test('a heartbeat corrects what a lost message left wrong', () => {
  const clock = new VirtualClock();
  const holders = new Holders(clock, new Events(clock));
  holders.acquired('task/a', 1, 'pod-1', 11);
  holders.reconcile('pod-1', 11, [{ artifact: 'task/b', token: 2 }]);
  assert.equal(holders.of('task/a'), undefined);
  assert.equal(holders.of('task/b')?.token, 2);
});
