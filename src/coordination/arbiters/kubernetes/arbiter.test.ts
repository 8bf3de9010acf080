import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, type Clock } from '../../../clock.ts';
import { silentLogger } from '../../../log.ts';
import type { Snapshot } from '../../arbiter.ts';
import { member } from '../../fixtures/member.ts';
import { memberKey, newAssignment, type MemberRecord } from '../../records.ts';
import { KubernetesArbiter } from './arbiter.ts';
import { ApiClient } from './client.ts';
import { FakeApi } from './fixtures/fake-api.ts';
import { defaultMirrorTimes, type MirrorTimes } from './mirror.ts';

const { signal } = new AbortController();

const written = (boot: string, beat = 1): MemberRecord => member(boot, { boot, beat });

/** A fake API server with a writer, and a reader whose copy can be made to look old. */
async function scene(times: Partial<MirrorTimes> = {}) {
  const api = await FakeApi.start();
  const shift = { ms: 0 };
  const clock: Clock = { ...systemClock, monotonic: () => performance.now() + shift.ms };
  const open = (deployment: string): KubernetesArbiter =>
    new KubernetesArbiter({
      client: new ApiClient(api.access(), clock),
      deployment,
      clock,
      log: silentLogger,
      times: { ...defaultMirrorTimes, freshMs: 60_000, probeMs: 5_000, pauseMs: [1, 5], ...times },
    });
  const [writer, reader] = [open('orders'), open('orders')];
  const opened = [writer, reader];
  return {
    api,
    writer,
    reader,
    /** All that the reader knows is now that much older. */
    age: (ms: number) => void (shift.ms += ms),
    other(deployment: string): KubernetesArbiter {
      const arbiter = open(deployment);
      opened.push(arbiter);
      return arbiter;
    },
    /** The reader has its copies, and watches that have begun. */
    async watching(): Promise<void> {
      const begun = [api.next('WATCHING leases'), api.next('WATCHING configmaps')];
      await reader.snapshot({ signal });
      await Promise.all(begun);
    },
    async join(boot: string): Promise<string> {
      return (await writer.swap(memberKey(boot), written(boot), undefined, signal))!;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((one) => one.close()));
      await api[Symbol.asyncDispose]();
    },
  };
}

const boots = ({ members }: Snapshot): string[] => members.map(({ value }) => value.boot).toSorted();

/** Looks again at every wake until those members are there. */
async function sees(arbiter: KubernetesArbiter, expected: readonly string[]): Promise<void> {
  let news = Promise.withResolvers<void>();
  const unwatch = arbiter.watch(() => news.resolve());
  for (;;) {
    news = Promise.withResolvers();
    const found = boots(await arbiter.snapshot({ signal }));
    if (found.join() === expected.join()) break;
    await news.promise;
  }
  unwatch();
}

test('who only renews causes no list and no watch', async () => {
  await using stage = await scene();
  const version = await stage.join('a');
  await stage.writer.swap('member/a', written('a', 2), version, signal);
  await stage.writer.read('member/a', signal);
  assert.deepEqual(stage.api.asked, ['POST leases', 'PUT leases', 'GET leases']);
});

test('a watch that ends with 410 is followed by a list', async () => {
  await using stage = await scene();
  await stage.join('a');
  await stage.watching();
  stage.api.compact();
  const again = stage.api.next('GET leases');
  stage.api.endWatches('expire');
  await again;
  await stage.join('b');
  await sees(stage.reader, ['a', 'b']);
});

test('a watch that may not begin where the one before ended is followed by a list', async () => {
  await using stage = await scene();
  await stage.join('a');
  await stage.watching();
  await stage.other('returns').swap('member/a', written('a'), undefined, signal);
  stage.api.compact();
  const again = stage.api.next('GET leases');
  stage.api.endWatches('end');
  await again;
  await stage.join('b');
  await sees(stage.reader, ['a', 'b']);
});

test('a watch whose time is over goes on where it was, without a list', async () => {
  await using stage = await scene();
  await stage.join('a');
  await stage.watching();
  const before = stage.api.asked.length;
  const again = [stage.api.next('WATCH leases'), stage.api.next('WATCH configmaps')];
  stage.api.endWatches('end');
  await Promise.all(again);
  assert.deepEqual(stage.api.asked.slice(before).toSorted(), ['WATCH configmaps', 'WATCH leases']);
  await stage.join('b');
  await sees(stage.reader, ['a', 'b']);
});

test('after its connections broke the reader catches up by itself', async () => {
  await using stage = await scene();
  const version = await stage.join('a');
  await stage.watching();
  stage.api.endWatches('cut');
  await stage.writer.remove('member/a', version, signal);
  await stage.join('b');
  await sees(stage.reader, ['b']);
});

test('a copy that is younger than freshMs is answered without asking', async () => {
  await using stage = await scene();
  await stage.join('a');
  await stage.watching();
  const before = stage.api.asked.length;
  for (let i = 0; i < 5; i++) await stage.reader.snapshot({ signal });
  assert.equal(stage.api.asked.length, before);
});

test('a silent watch with nothing to tell goes on, after it was asked for versions', async () => {
  await using stage = await scene();
  await stage.join('a');
  await stage.watching();
  const before = stage.api.asked.length;
  stage.age(70_000);
  assert.deepEqual(boots(await stage.reader.snapshot({ signal })), ['a']);
  assert.deepEqual(stage.api.asked.slice(before).toSorted(), ['GET configmaps', 'GET leases']);
});

test('that there is nothing can be fresh as well', async () => {
  await using stage = await scene();
  await stage.watching();
  stage.age(70_000);
  assert.deepEqual(await stage.reader.snapshot({ signal }), { assignment: undefined, members: [] });
});

test('a dead watch is found out by the first snapshot that needs a fresh copy', async () => {
  await using stage = await scene();
  await stage.join('a');
  await stage.watching();
  stage.api.muteWatches();
  await stage.join('b');
  await stage.writer.swap('assignment', newAssignment('test', 7, 0), undefined, signal);
  assert.deepEqual(boots(await stage.reader.snapshot({ signal })), ['a'], 'nothing was heard yet');
  stage.age(70_000);
  const found = await stage.reader.snapshot({ signal });
  assert.deepEqual(boots(found), ['a', 'b']);
  assert.equal(found.assignment !== 'same' && found.assignment?.value.epoch, 7);
  await stage.join('c');
  await sees(stage.reader, ['a', 'b', 'c']);
});

test('a bookmark shows that the watch lives', async () => {
  await using stage = await scene({ freshMs: 1_000 });
  await stage.join('a');
  await stage.watching();
  stage.age(2_000);
  const thaw = stage.api.freeze('GET leases');
  const thawToo = stage.api.next('GET leases');
  const waiting = stage.reader.snapshot({ signal });
  await thawToo;
  stage.api.bookmark();
  assert.deepEqual(boots(await waiting), ['a']);
  thaw();
});

test('a frozen API server is no answer', async () => {
  await using stage = await scene({ probeMs: 250 });
  await stage.join('a');
  await stage.watching();
  const thaw = stage.api.freeze();
  stage.age(70_000);
  await assert.rejects(stage.reader.snapshot({ signal }), /no answer within 250 ms/);
  await assert.rejects(stage.reader.snapshot({ signal }), /no answer within 250 ms/);
  thaw();
  await sees(stage.reader, ['a']);
});

test('what is forbidden is said by the snapshot', async () => {
  await using stage = await scene();
  const forbidden = { status: 403, reason: 'Forbidden' };
  stage.api.refuse(forbidden, forbidden);
  await assert.rejects(stage.reader.snapshot({ signal }), /403 Forbidden.*Give its service account a Role/);
});

test('a holder whose lease the watch has not told of yet is looked for', async () => {
  await using stage = await scene();
  await stage.watching();
  stage.api.muteWatches();
  await stage.join('a');
  const entry = { holder: 'a', token: 9, by: 'start', reason: '', at: 0, runs: 0 } as const;
  const assignment = { ...newAssignment('test', 9, 0), artifacts: { 'task/x': entry } };
  await stage.reader.swap('assignment', assignment, undefined, signal);
  assert.deepEqual(boots(await stage.reader.snapshot({ signal })), ['a']);
  const before = stage.api.asked.length;
  await stage.reader.snapshot({ signal });
  assert.equal(stage.api.asked.length, before, 'looked for once');
});

test('deployments in one namespace do not see each other', async () => {
  await using stage = await scene();
  const other = stage.other('returns');
  await stage.join('a');
  await stage.writer.swap('assignment', newAssignment('test', 7, 0), undefined, signal);
  const found = await other.snapshot({ signal });
  assert.deepEqual(found, { assignment: undefined, members: [] });
  assert.ok(await other.swap('member/a', written('a'), undefined, signal));
  await sees(stage.reader, ['a']);
});

test('closing ends calls under way', async () => {
  await using stage = await scene();
  const thaw = stage.api.freeze();
  const waiting = assert.rejects(stage.reader.snapshot({ signal }), /closed/);
  const writing = assert.rejects(stage.reader.swap('member/a', written('a'), undefined, signal), /closed/);
  await stage.api.next('POST leases');
  await stage.reader.close();
  await Promise.all([waiting, writing]);
  await stage.reader.close();
  thaw();
});
