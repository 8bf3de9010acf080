import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { Events } from './events.ts';
import { Holders } from './holders.ts';

const artifact = 'task/nightly';

function setting() {
  const clock = new VirtualClock();
  const events = new Events(clock);
  const holders = new Holders(clock, events);
  const said = (token: number, reason = 'because') => ({ artifact, token, at: clock.wall(), reason });
  const terms = () => holders.terms.since(0).terms.map(({ pod, end, gapMs }) => [pod, end, gapMs]);
  return { clock, events, holders, said, terms };
}

test('a failover is shown with the time it took, counted from the loss of the holder', async () => {
  const { clock, events, holders, said, terms } = setting();
  holders.acquired(said(7), 'pod-1', 11);
  holders.processEnded(11, 'SIGKILL');
  assert.equal(holders.of(artifact), undefined);
  await clock.advance(900);
  holders.acquired({ ...said(8), by: 'failover' }, 'pod-2', 12);
  const { pod, token, by } = holders.of(artifact)!;
  assert.deepEqual([pod, token, by], ['pod-2', 8, 'failover']);
  assert.equal(events.recent.at(-1)?.tookMs, 900);
  assert.deepEqual(terms(), [
    ['pod-1', 'lost', undefined],
    ['pod-2', undefined, 900],
  ]);
});

test('news of an older term does not displace a newer one', () => {
  const { holders, said } = setting();
  holders.acquired(said(8), 'pod-2', 12);
  holders.acquired(said(7), 'pod-1', 11);
  holders.ended(said(7), 11, 'lost');
  assert.equal(holders.of(artifact)?.pod, 'pod-2');
});

test("the new holder's word may come before the old one's: its end is told first, and made exact when it is heard", async () => {
  const { clock, events, holders, said, terms } = setting();
  holders.acquired(said(7), 'pod-1', 11);
  await clock.advance(1_000);
  const gaveAway = said(7, 'to pod-2');
  await clock.advance(4);
  holders.acquired(said(8), 'pod-2', 12);
  assert.deepEqual(
    events.recent.map(({ type, pod }) => [type, pod]),
    [
      ['artifact-acquired', 'pod-1'],
      ['artifact-released', 'pod-1'],
      ['artifact-acquired', 'pod-2'],
    ],
  );
  assert.deepEqual(terms()[1], ['pod-2', undefined, undefined], 'the gap is not known yet');
  holders.ended(gaveAway, 11, 'released');
  assert.deepEqual(terms(), [
    ['pod-1', 'released', undefined],
    ['pod-2', undefined, 4],
  ]);
  assert.equal(events.recent.length, 3, 'it is told once');
});

test('a holder that could not speak when it was replaced does not lengthen its term afterwards', async () => {
  const { clock, holders, said, terms } = setting();
  holders.acquired(said(7), 'pod-1', 11);
  await clock.advance(1_000);
  holders.acquired(said(8), 'pod-2', 12);
  await clock.advance(60_000);
  holders.ended(said(7, 'this process did not run'), 11, 'lost');
  assert.deepEqual(terms(), [
    ['pod-1', 'replaced', undefined],
    ['pod-2', undefined, undefined],
  ]);
});

test('a heartbeat corrects what a lost message left wrong', () => {
  const { holders, said } = setting();
  holders.acquired(said(1), 'pod-1', 11);
  holders.reconcile('pod-1', 11, [{ artifact: 'task/b', token: 2, runs: 0 }]);
  assert.equal(holders.of(artifact), undefined);
  assert.equal(holders.of('task/b')?.token, 2);
});

test('terms are kept in bounds, and only what changed is told again', () => {
  const { holders, said } = setting();
  for (let token = 1; token <= 1_300; token++) holders.acquired(said(token), `pod-${token % 2}`, token);
  const all = holders.terms.since(0);
  assert.equal(all.terms.length, 1_200);
  assert.equal(all.terms.at(-1)?.token, 1_300);
  assert.equal(holders.terms.changesOf(artifact), 1_299);
  assert.deepEqual(holders.terms.since(all.revision).terms, []);
  holders.acquired({ ...said(1), artifact: 'task/other' }, 'pod-1', 2);
  assert.equal(holders.terms.since(0).terms.length, 601, 'two artifacts share the room');
  holders.processEnded(1_300, 'SIGKILL');
  assert.deepEqual(
    holders.terms.since(all.revision).terms.map(({ token, end }) => [token, end]),
    [
      [1_300, 'lost'],
      [1, undefined],
    ],
  );
});

test('of an artifact that replicas share by lanes it is known how many each pod holds', () => {
  const { holders, said } = setting();
  const whole = 'inboundEndpoint/readings';
  assert.equal(holders.lanesOf(whole), undefined);
  for (const [lane, pod] of [
    [1, 'pod-2'],
    [2, 'pod-1'],
    [12, 'pod-2'],
  ] as const)
    holders.acquired({ ...said(lane), artifact: `${whole}#${lane}` }, pod, 11);
  holders.acquired({ ...said(9), artifact: `${whole}-too` }, 'pod-3', 12);
  assert.deepEqual(holders.lanesOf(whole), { 'pod-1': 1, 'pod-2': 2 });
});
