/** A check that cannot fail is worth nothing: each violation is forged here, and the nearest thing that is none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cron, Forged, tick } from './forged.ts';
import { watch } from './watch.ts';

const found = (forged: Forged): string[] => watch(forged.history).violations.map(({ invariant }) => invariant);

const pause = { kind: 'pause', slot: 0, forMs: 3_000 } as const;
const vanish = { kind: 'vanish', slot: 0, downMs: 0 } as const;

/** Replica a holds the task, is killed at 2.5 s, and b goes on. */
function failover(heldAgainAt = 3_600): Forged {
  return new Forged(8_000)
    .holds('a', 1, 0)
    .runs('a', 1, 0, 1_000, 2_000)
    .fault(vanish, ['a'], 2_500)
    .ends('a', 2_500)
    .placed('pod-a.1', 'pod-b.1', 2, heldAgainAt)
    .holds('b', 2, heldAgainAt)
    .runs('b', 2, 3_000, 4_000, 5_000, 6_000);
}

test('a failover as it should be has no violation', () => {
  const verdict = watch(failover().history);
  assert.deepEqual(verdict.violations, []);
  assert.deepEqual(verdict.recoveries, [{ kind: 'vanish', ms: 1_100 }]);
  assert.equal(verdict.runs.due, 7);
});

test('I1: two terms that overlap', () => {
  const forged = new Forged(5_000).holds('a', 1, 0, 2_300).holds('b', 2, 2_000).runs('a', 1, 0, 1_000, 2_000);
  assert.deepEqual(found(forged.runs('b', 2, 3_000, 4_000)), ['I1']);
});

test('I1: not when the older holder was stopped, or had given it away and only says so later', () => {
  const stopped = new Forged(5_000).holds('a', 1, 0, 3_500).holds('b', 2, 2_800).runs('a', 1, 0, 1_000);
  stopped.runs('b', 2, 2_000, 3_000, 4_000).fault(pause, ['a'], 1_400, 3_490);
  assert.deepEqual(found(stopped), []);
  const released = new Forged(5_000).holds('a', 1, 0, 2_050, 'released').holds('b', 2, 2_000).runs('a', 1, 0, 1_000);
  released.placed('pod-a.1', 'pod-b.1', 2, 2_000, 'move');
  assert.deepEqual(found(released.runs('b', 2, 2_000, 3_000, 4_000)), []);
});

test('I1: a stale effect of a process that was not stopped, even though it was refused', () => {
  const verdict = watch(failover().effect('c', 1, 2_900, 4_500, false).history);
  assert.deepEqual(
    verdict.violations.map(({ invariant }) => invariant),
    ['I1'],
  );
  assert.equal(verdict.refused, 1);
});

test('a stale effect of a process that was stopped in between is counted as refused', () => {
  const forged = failover()
    .effect('c', 1, 2_900, 4_500, false)
    .fault({ ...pause, forMs: 500 }, ['c'], 3_900, 4_480);
  assert.deepEqual(found(forged), []);
  assert.equal(watch(forged.history).refused, 1);
});

test('I1: a successor at work before the holder that gave it away was done', () => {
  const forged = new Forged(2_900).holds('a', 1, 0, 1_050, 'released').holds('b', 2, 1_040);
  forged.runs('a', 1, 0).claims('a', 1, 1_000, 1_005).effect('a', 1, 1_000, 1_010, true, 700);
  forged.placed('pod-a.1', 'pod-b.1', 2, 1_040, 'move');
  assert.deepEqual(found(forged), []);
  assert.deepEqual(found(forged.effect('b', 2, 1_500, 1_500)), ['I1']);
});

test('I2: an accepted stale effect', () => {
  const forged = failover()
    .effect('c', 1, 2_900, 4_500)
    .fault({ ...pause, forMs: 500 }, ['c'], 3_900, 4_480);
  assert.deepEqual(found(forged), ['I2']);
});

test('I3: a token that does not rise, and a token used by two', () => {
  const falls = new Forged(3_000).holds('a', 5, 0, 900).holds('b', 4, 1_000);
  assert.deepEqual(found(falls), ['I3']);
  const twice = new Forged(3_000).holds('a', 5, 0, 900).holds('b', 5, 1_000);
  assert.deepEqual(found(twice), ['I3']);
  const resumed = new Forged(3_000).holds('a', 5, 0, 900).holds('a', 5, 1_000);
  assert.deepEqual(found(resumed), []);
});

test('I4: a due run done twice', () => {
  const verdict = watch(failover().effect('b', 2, 2_000, 3_700).history);
  assert.deepEqual(
    verdict.violations.map(({ invariant }) => invariant),
    ['I4'],
  );
});

test('I5: held again later than lease and 300 ms after a fault alone', () => {
  assert.deepEqual(found(failover(4_100)), ['I5']);
  assert.deepEqual(found(failover(3_990)), []);
});

test('I5: nobody holds it, or only one that is dead, though all is calm', () => {
  assert.deepEqual(found(new Forged(3_000).holds('a', 1, 0, 1_500).calm(2_000)), ['I5']);
  assert.deepEqual(found(new Forged(3_000).holds('a', 1, 0).ends('a', 1_500).calm(2_000)), ['I5']);
  assert.deepEqual(found(new Forged(3_000).holds('a', 1, 0).calm(2_000)), []);
});

test('I6: a failover away from a replica that lives and to which nothing was done', () => {
  const healthy = new Forged(9_000).placed('pod-a.1', 'pod-b.1', 2, 5_000);
  assert.deepEqual(found(healthy), ['I6']);
  assert.deepEqual(found(new Forged(9_000).placed('pod-a.1', 'pod-b.1', 2, 5_000).ends('a', 4_000)), []);
  assert.deepEqual(found(healthy.fault(pause, ['a'], 2_000, 4_900)), []);
});

test('I6: that the arbiter was frozen or the machine busy is no excuse', () => {
  const forged = new Forged(9_000).placed('pod-a.1', 'pod-b.1', 2, 5_000);
  forged
    .fault({ kind: 'freeze', forMs: 800 }, 'all', 4_000, 4_800)
    .fault({ kind: 'hog', forMs: 800 }, 'all', 4_000, 4_800);
  assert.deepEqual(found(forged), ['I6']);
});

test('balance: one has two more than another after a calm, unless people wanted it there', () => {
  const forged = new Forged(3_000, [tick, { ...tick, key: 'task/other' }]).holds('a', 1, 0).calm(2_000);
  forged.history.terms.push({ at: 0, process: 'a', artifact: 'task/other', token: 2, state: 'acquired' });
  assert.deepEqual(found(forged), ['balance']);
  forged.placed('pod-b.1', 'pod-a.1', 1, 0, 'move');
  const other = { ...forged.history.placements[0]!, artifact: 'task/other' };
  forged.history.placements.push(other);
  assert.deepEqual(found(forged), []);
});

test('missed: a due time at which an undisturbed holder did nothing', () => {
  const forged = new Forged(6_000).holds('a', 1, 0).runs('a', 1, 0, 1_000, 3_000, 4_000);
  assert.deepEqual(found(forged), ['missed']);
  assert.deepEqual(found(forged.fault({ kind: 'freeze', forMs: 800 }, 'all', 1_900, 2_700)), []);
});

test('missed: nothing at all until the end counts too', () => {
  assert.deepEqual(found(new Forged(6_000).holds('a', 1, 0).runs('a', 1, 0, 1_000)), ['missed', 'missed', 'missed']);
});

test('missed: what fell between two holders and the new one did not catch up with', () => {
  const forged = new Forged(8_000).holds('a', 1, 0).runs('a', 1, 0, 1_000, 2_000).fault(vanish, ['a'], 2_500);
  forged.ends('a', 2_500).holds('b', 2, 3_600).runs('b', 2, 4_000, 5_000, 6_000);
  assert.deepEqual(found(forged), ['missed']);
});

test('what was due several times while nobody held it is run once, and the rest is coalesced', () => {
  const forged = new Forged(9_000).holds('a', 1, 0).runs('a', 1, 0, 1_000).ends('a', 1_500);
  forged.holds('b', 2, 4_200).runs('b', 2, 4_000, 5_000, 6_000, 7_000);
  const { violations, runs } = watch(forged.history);
  assert.deepEqual(violations, []);
  assert.equal(runs.coalesced, 2);
});

test('missed: a cron task runs all that it is late with, but not what is older than five seconds', () => {
  const cronRuns = (...dues: readonly number[]): Forged => {
    const forged = new Forged(20_000, [cron]).ends('a', 3_000);
    const artifact = cron.key;
    forged.history.terms.push({ at: 0, process: 'a', artifact, token: 1, state: 'acquired' });
    forged.history.terms.push({ at: 9_500, process: 'b', artifact, token: 2, state: 'acquired' });
    for (const due of [0, 2_000, ...dues, 10_000, 12_000, 14_000, 16_000, 18_000]) {
      const run = { artifact, due, process: due < 3_000 ? 'a' : 'b', token: due < 3_000 ? 1 : 2 };
      forged.history.effects.push({ ...run, arrivedAt: due, doneAt: due, accepted: true });
    }
    return forged;
  };
  assert.deepEqual(found(cronRuns(6_000, 8_000)), []);
  assert.deepEqual(found(cronRuns(8_000)), ['missed']);
});

test('a run that was claimed by a process that then died is interrupted, by one that lives it is missed', () => {
  const died = failover().claims('a', 1, 2_400, 2_450);
  assert.deepEqual(found(died), []);
  assert.equal(watch(died.history).runs.interrupted, 1);
  const lives = new Forged(8_000).holds('a', 1, 0).runs('a', 1, 0, 1_000, 3_000, 4_000, 5_000, 6_000);
  assert.deepEqual(found(lives.claims('a', 1, 2_000, 2_005)), ['missed']);
});

test('ended: a process that nobody had ended', () => {
  assert.deepEqual(found(new Forged(3_000).ends('c', 1_000, 'exit code 70')), ['ended']);
});

test('a hand-over is measured from the end of what was in hand', () => {
  const forged = new Forged(6_000).fault({ kind: 'stop', slot: 0, downMs: 0 }, ['a'], 2_100);
  forged.holds('a', 1, 0, 2_730, 'released').runs('a', 1, 0, 1_000).effect('a', 1, 2_000, 2_010, true, 700);
  forged.holds('b', 2, 2_722).runs('b', 2, 3_000, 4_000).placed('pod-a.1', 'pod-b.1', 2, 2_721, 'move');
  const { violations, handovers } = watch(forged.history);
  assert.deepEqual(violations, []);
  assert.deepEqual(handovers, [12]);
});

test('missed: not what comes before a run that a holder claimed whose clock was ahead', () => {
  const forged = new Forged(9_000).holds('a', 1, 0).runs('a', 1, 0, 1_000).claims('a', 1, 5_000, 1_500);
  forged.effect('a', 1, 5_000, 1_510).runs('a', 1, 6_000, 7_000);
  assert.deepEqual(found(forged), ['missed', 'missed', 'missed']);
  assert.deepEqual(found(forged.fault({ kind: 'clock', slot: 0, forMs: 500, byMs: 4_000 }, ['a'], 1_400, 1_900)), []);
});
