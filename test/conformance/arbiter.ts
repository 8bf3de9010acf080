/** What every arbiter promises to members. An implementation calls this from a test of its own. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  defaultTimings,
  Member,
  type Arbiter,
  type Assignment,
  type MemberRecord,
  type Snapshot,
  type Term,
} from '../../src/coordination/index.ts';
import { member } from '../../src/coordination/fixtures/member.ts';
import { memberKey, newAssignment } from '../../src/coordination/records.ts';

export interface ArbiterUnderTest {
  /** Two ways to reach the same records, as two processes have them; empty at the start. */
  readonly first: Arbiter;
  readonly second: Arbiter;
  close(): Promise<void> | void;
}

export function arbiterConformance(name: string, open: () => Promise<ArbiterUnderTest> | ArbiterUnderTest): void {
  describe(`arbiter: ${name}`, () => {
    let under: ArbiterUnderTest;
    let made = 0;
    const { signal } = new AbortController();
    const newMember = (change: Partial<MemberRecord> = {}): MemberRecord =>
      member('pod', { boot: `pod.${++made}`, ...change });
    const join = async (record: MemberRecord): Promise<string> => {
      const version = await under.first.swap(memberKey(record.boot), record, undefined, signal);
      assert.ok(version !== undefined);
      return version;
    };

    before(async () => {
      under = await open();
    });
    afterEach(async () => {
      const { members, assignment } = await under.first.snapshot({ signal });
      for (const { value, version } of members) await under.first.remove(memberKey(value.boot), version, signal);
      if (assignment && assignment !== 'same') await under.first.remove('assignment', assignment.version, signal);
    });
    after(() => under.close());

    test('a record that was written is read by others as it was', async () => {
      const record = newMember({ reason: 'ünïcode “quoted”\n' });
      const version = await join(record);
      assert.deepEqual(await under.second.read(memberKey(record.boot), signal), { value: record, version });
    });

    test('an absent record is undefined', async () => {
      assert.equal(await under.first.read('member/nobody', signal), undefined);
    });

    test('a record is created once', async () => {
      const record = newMember();
      await join(record);
      assert.equal(await under.second.swap(memberKey(record.boot), record, undefined, signal), undefined);
    });

    test('of writers that know the same version one wins', async () => {
      const record = newMember();
      const version = await join(record);
      const key = memberKey(record.boot);
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 === 0 ? under.first : under.second).swap(key, { ...record, beat: i + 10 }, version, signal),
        ),
      );
      const winners = outcomes.filter((outcome) => outcome !== undefined);
      assert.equal(winners.length, 1);
      const found = await under.first.read(key, signal);
      assert.equal(found?.version, winners[0]);
      assert.equal(found?.value.beat, outcomes.indexOf(winners[0]) + 10);
    });

    test('an old version is refused, even when the value is the same again', async () => {
      const record = newMember();
      const key = memberKey(record.boot);
      const first = await join(record);
      const second = await under.first.swap(key, { ...record, beat: 2 }, first, signal);
      const third = await under.first.swap(key, record, second, signal);
      assert.ok(third !== undefined && third !== first);
      assert.equal(await under.second.swap(key, { ...record, beat: 9 }, first, signal), undefined);
    });

    test('a record made anew after its deletion has a version never seen before', async () => {
      const record = newMember();
      const key = memberKey(record.boot);
      const first = await join(record);
      assert.equal(await under.second.remove(key, first, signal), true);
      const again = await join(record);
      assert.notEqual(again, first);
      assert.equal(await under.first.swap(key, { ...record, beat: 2 }, first, signal), undefined);
      assert.equal(await under.first.remove(key, first, signal), false);
      assert.ok(await under.first.read(key, signal));
    });

    test('only the version that is there is deleted, and what is absent is deleted already', async () => {
      const record = newMember();
      const key = memberKey(record.boot);
      const first = await join(record);
      const second = await under.first.swap(key, { ...record, beat: 2 }, first, signal);
      assert.equal(await under.second.remove(key, first, signal), false);
      assert.equal(await under.second.remove(key, second!, signal), true);
      assert.equal(await under.second.remove(key, second!, signal), true);
      assert.equal(await under.first.read(key, signal), undefined);
    });

    test('a snapshot has the assignment and every member', async () => {
      const record = newMember();
      await join(record);
      const assignment: Assignment = {
        ...newAssignment('test', 5, 0),
        artifacts: {
          'task/a': { holder: record.boot, token: 6, by: 'start', reason: '', at: 0, runs: 2, lastFire: 77 },
        },
      };
      const version = await under.first.swap('assignment', assignment, undefined, signal);
      const snapshot = await shown(under.second, ({ assignment: found }) => hasVersion(found, version));
      assert.deepEqual(snapshot.assignment, { value: assignment, version });
      assert.ok(snapshot.members.some(({ value }) => value.boot === record.boot));
      const known = await under.second.snapshot({ signal, known: version });
      assert.ok(known.assignment === 'same' || known.assignment?.version === version);
      const outdated = await under.second.snapshot({ signal, known: 'older' });
      assert.deepEqual(outdated.assignment, { value: assignment, version });
      assert.ok(await under.first.remove('assignment', version!, signal));
      assert.equal((await under.first.snapshot({ signal, known: version })).assignment, undefined);
      await shown(under.second, ({ assignment: found }) => found === undefined);
    });

    test('a snapshot has at once what was written through the same object', async () => {
      await under.first.snapshot({ signal });
      const record = newMember();
      const key = memberKey(record.boot);
      const version = async (): Promise<string | undefined> =>
        (await under.first.snapshot({ signal })).members.find(({ value }) => value.boot === record.boot)?.version;
      let last = await join(record);
      assert.equal(await version(), last);
      for (let beat = 2; beat < 30; beat++) {
        last = (await under.first.swap(key, { ...record, beat }, last, signal))!;
        assert.equal(await version(), last);
      }
      await under.first.remove(key, last, signal);
      assert.equal(await version(), undefined);

      let made = newAssignment('test', 1, 0);
      let written = await under.first.swap('assignment', made, undefined, signal);
      for (let epoch = 2; epoch < 10; epoch++) {
        made = { ...made, epoch };
        written = await under.first.swap('assignment', made, written, signal);
        assert.deepEqual((await under.first.snapshot({ signal })).assignment, { value: made, version: written });
      }
      await under.first.remove('assignment', written!, signal);
      assert.equal((await under.first.snapshot({ signal })).assignment, undefined);
    });

    test('what another writes is seen in the order in which it was written, and all of it in the end', async () => {
      const record = newMember({ beat: 0 });
      const last = 60;
      const writing = (async (): Promise<void> => {
        let version = await join(record);
        for (let beat = 1; beat <= last; beat++)
          version = (await under.first.swap(memberKey(record.boot), { ...record, beat }, version, signal))!;
      })();
      let seen = -1;
      while (seen < last) {
        const { members } = await under.second.snapshot({ signal });
        const beat = members.find(({ value }) => value.boot === record.boot)?.value.beat ?? -1;
        assert.ok(beat >= seen, `after beat ${seen} came ${beat}`);
        seen = beat;
      }
      await writing;
    });

    test('a holder that the snapshot names is among its members, whatever happens meanwhile', async () => {
      let version = await under.first.swap('assignment', newAssignment('test', 1_000, 0), undefined, signal);
      const joins = { left: 50 };
      const joining = (async (): Promise<void> => {
        for (let i = 0; joins.left > 0; i++, joins.left--) {
          const record = newMember();
          await join(record);
          const entry = { holder: record.boot, token: 1_001 + i, by: 'start', reason: '', at: 0, runs: 0 } as const;
          const next = { ...newAssignment('test', 1_001 + i, 0), artifacts: { 'task/a': entry } };
          version = await under.first.swap('assignment', next, version, signal);
        }
      })();
      while (joins.left > 0) {
        const { assignment, members } = await under.second.snapshot({ signal });
        const holder = assignment && assignment !== 'same' ? assignment.value.artifacts['task/a']?.holder : undefined;
        if (holder)
          assert.ok(
            members.some(({ value }) => value.boot === holder),
            `${holder} is missing`,
          );
      }
      await joining;
    });

    test('a watcher is woken when a member comes, drains and goes, and when an artifact changes its holder', async () => {
      const woken = wakes(under.second);
      const record = newMember();
      const key = memberKey(record.boot);
      const first = await woken.during(() => join(record));
      const second = await woken.during(() =>
        under.first.swap(key, { ...record, state: 'draining', beat: 2 }, first, signal),
      );
      await woken.during(() => under.first.remove(key, second!, signal));
      const made = newAssignment('test', 2_000, 0);
      const version = await woken.during(() => under.first.swap('assignment', made, undefined, signal));
      const entry = { holder: record.boot, token: 2_001, by: 'start', reason: '', at: 0, runs: 0 } as const;
      const next = { ...made, epoch: 2_001, artifacts: { 'task/a': entry } };
      await woken.during(() => under.first.swap('assignment', next, version, signal));
      woken.end();
    });

    test('a call whose signal is aborted ends', async () => {
      const over = AbortSignal.abort(new Error('no longer wanted'));
      await assert.rejects(under.second.snapshot({ signal: over }), /no longer wanted/);
      await assert.rejects(under.second.read('assignment', over), /no longer wanted/);
      await assert.rejects(under.second.swap('assignment', newAssignment('x', 1, 0), undefined, over), /no longer/);
      await assert.rejects(under.second.remove('assignment', '1', over), /no longer wanted/);
      assert.equal(await under.first.read('assignment', signal), undefined);
    });

    test('two members share their artifacts, one stops, the other has all', async () => {
      const keys = ['task/a', 'task/b', 'task/c', 'task/d'];
      const held = new Map<string, Term>();
      const all = Promise.withResolvers<void>();
      const options = (pod: string, arbiter: Arbiter) => ({
        arbiter,
        pod,
        node: 'node-1',
        expect: 2,
        timings: { ...defaultTimings, leaseMs: 6_000, marginMs: 1_500, requestMs: 2_000 },
        artifacts: keys.map((key) => ({
          key,
          run: async (term: Term): Promise<void> => {
            held.set(`${pod} ${key}`, term);
            if (keys.every((one) => held.has(`two ${one}`))) all.resolve();
            await new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve()));
            held.delete(`${pod} ${key}`);
          },
        })),
      });
      const version = await under.first.swap('assignment', newAssignment('test', Date.now(), 0), undefined, signal);
      assert.ok(version);
      const one = new Member(options('one', under.first));
      await using two = new Member(options('two', under.second));
      await Promise.all([one.start(), two.start()]);
      await one.stop();
      await all.promise;
      assert.equal(
        [...held.keys()].some((key) => key.startsWith('one')),
        false,
      );
      assert.ok([...held.values()].every((term) => term.valid()));
      assert.equal(await held.get('two task/a')!.claim(1_000), true);
      assert.equal(await held.get('two task/a')!.claim(1_000), false);
    });
  });
}

function hasVersion(found: Snapshot['assignment'], version: string | undefined): boolean {
  return found !== undefined && found !== 'same' && found.version === version;
}

/** A snapshot may come from a copy: the first one that shows it, looked for whenever there is news. */
async function shown(arbiter: Arbiter, fits: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  let news = Promise.withResolvers<void>();
  const unwatch = arbiter.watch(() => news.resolve());
  try {
    for (;;) {
      news = Promise.withResolvers();
      const snapshot = await arbiter.snapshot({ signal: new AbortController().signal });
      if (fits(snapshot)) return snapshot;
      await news.promise;
    }
  } finally {
    unwatch();
  }
}

function wakes(arbiter: Arbiter): { during<T>(change: () => Promise<T>): Promise<T>; end(): void } {
  let next = Promise.withResolvers<void>();
  const unwatch = arbiter.watch(() => next.resolve());
  return {
    async during(change) {
      // What comes late from the change before must not count for this one; arbiters over a channel answer in order.
      await arbiter.read('assignment', new AbortController().signal);
      next = Promise.withResolvers();
      const result = await change();
      await next.promise;
      return result;
    },
    end: unwatch,
  };
}
