/** The story of this room: how its parts fit, in the order in which a deployment meets them. Start reading here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import { Fault } from '../errors.ts';
import { createLogger } from '../log.ts';
import {
  askMove,
  foundAssignment,
  Member,
  MemoryArbiter,
  revokeNow,
  type CoordinationEvent,
  type Runnable,
  type Term,
} from './index.ts';

const { signal } = new AbortController();

/** An artifact that does nothing but hold its term, and takes `stopMs` to finish what it has in hand. */
function artifact(key: string, terms: Term[], clock: VirtualClock, stopMs = 0): Runnable {
  return {
    key,
    async run(term) {
      terms.push(term);
      await new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
      if (stopMs > 0) await clock.sleep(stopMs);
    },
  };
}

/** Boot ids must differ between the members of a test. */
let lastRandom = 0;
const random = (): number => (++lastRandom * 0.001) % 1;

function deployment() {
  const clock = new VirtualClock();
  const arbiter = new MemoryArbiter();
  const events: CoordinationEvent[] = [];
  const terms: Term[] = [];
  const join = (pod: string, artifacts: readonly Runnable[], expect = 2): Member => {
    const member = new Member({
      arbiter,
      pod,
      node: 'n',
      artifacts,
      expect,
      clock,
      random,
      onEvent: (e) => events.push(e),
    });
    void member.start();
    return member;
  };
  const held = (member: Member): string[] => member.status().holding.map((one) => one.artifact);
  return { clock, arbiter, events, terms, join, held };
}

test('two members share four artifacts, runs are claimed, one dies, the other hands over and leaves', async () => {
  const { clock, arbiter, events, terms, join, held } = deployment();
  const mine = ['task/a', 'task/b', 'task/c', 'task/d'].map((key) => artifact(key, terms, clock));

  // A supervisor that starts the very first processes says so; otherwise members wait a lease long.
  await foundAssignment(arbiter, clock.wall(), signal);
  const one = join('pod-1', mine);
  const two = join('pod-2', mine);
  await clock.advance(10);
  assert.equal(one.status().state, 'acting');
  assert.deepEqual([held(one).length, held(two).length], [2, 2]);
  assert.deepEqual(
    [...held(one), ...held(two)].sort(),
    mine.map(({ key }) => key),
  );

  // A term is checked before every effect, and carries the number that resources compare.
  const term = terms.find((each) => held(one).includes(each.artifact))!;
  term.assert();
  assert.equal(await claim(clock, term, 5_000), true);
  assert.equal(await claim(clock, term, 5_000), false);
  assert.deepEqual([term.lastFire, term.runs], [5_000, 1]);

  // A supervisor that saw its child exit revokes at once; nobody waits for the lease to run out.
  await revokeNow(arbiter, one.boot, 'its process has ended', signal);
  await clock.advance(5);
  assert.equal(term.valid(), false);
  assert.throws(
    () => term.assert(),
    (error) => Fault.is(error) && error.code === 'TERM_LOST',
  );
  assert.ok(term.signal.aborted);
  const next = terms.findLast((each) => each.artifact === term.artifact)!;
  assert.ok(next.token > term.token);
  assert.equal(await claim(clock, next, 5_000), false);

  // The revoked one was alive after all: it comes back as a stranger and gets its share when all is quiet.
  assert.ok(events.some(({ type, pod }) => type === 'rejoined' && pod === 'pod-1'));
  await clock.advance(1_200);
  assert.deepEqual([held(one).length, held(two).length], [2, 2]);

  // By hand, and gracefully.
  const [given] = held(two);
  assert.deepEqual(await turned(clock, askMove(arbiter, given!, 'pod-1', signal)), { outcome: 'asked' });
  assert.equal(held(one).includes(given!), true);
  await turned(clock, one.stop());
  assert.equal(held(two).length, 4);
  await turned(clock, two.stop());
  const { assignment, members } = await arbiter.snapshot({ signal });
  assert.ok(
    members.every(({ value }) => value.state === 'revoked'),
    'nobody waits for them',
  );
  assert.ok(assignment && assignment !== 'same');
  assert.ok(Object.values(assignment.value.artifacts).every(({ holder }) => holder === null));
  assert.equal(assignment.value.artifacts[term.artifact]?.lastFire, 5_000);
});

async function turned<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  await clock.advance(20);
  return promise;
}

function claim(clock: VirtualClock, term: Term, dueAt: number): Promise<boolean> {
  return turned(clock, term.claim(dueAt));
}

test('a run that is handed over finishes under a valid term, and its successor starts only then', async () => {
  const { clock, terms, join, arbiter } = deployment();
  await foundAssignment(arbiter, clock.wall(), signal);
  const one = join('pod-1', [artifact('task/a', terms, clock, 500)], 1);
  await clock.advance(10);
  join('pod-2', [artifact('task/a', terms, clock, 500)], 1);
  await clock.advance(10);
  void one.stop();
  await clock.advance(499);
  assert.deepEqual([terms.length, terms[0]!.signal.aborted, terms[0]!.valid()], [1, true, true]);
  await clock.advance(20);
  assert.deepEqual([terms.length, terms[0]!.valid(), terms[1]!.valid()], [2, false, true]);
});

test('an artifact whose run fails is tried again by the same member, later each time', async () => {
  const { clock, events, join, arbiter } = deployment();
  await foundAssignment(arbiter, clock.wall(), signal);
  let tries = 0;
  const broken: Runnable = { key: 'task/a', run: () => Promise.reject(new Error(`broken ${++tries}`)) };
  const one = join('pod-1', [broken], 1);
  await clock.advance(900);
  assert.equal(tries, 1);
  await clock.advance(1_000);
  assert.equal(tries, 2);
  await clock.advance(2_000);
  assert.equal(tries, 3);
  assert.equal(events.find(({ type }) => type === 'failed')?.reason, 'broken 1; tried again in 1000 ms');
  await turned(clock, one.stop());
  await clock.advance(60_000);
  assert.equal(tries, 3);
});

test('stopping twice, or before starting, is fine, and a stopped member starts no more', async () => {
  const { clock, terms, arbiter } = deployment();
  const member = new Member({ arbiter, pod: 'pod-1', node: 'n', artifacts: [artifact('task/a', terms, clock)], clock });
  await Promise.all([member.stop(), member.stop()]);
  await member.start();
  await clock.advance(5_000);
  assert.deepEqual((await arbiter.snapshot({ signal })).members, []);
});

test('stop ends at its deadline when the arbiter has gone', async () => {
  const { clock, terms, arbiter } = deployment();
  await foundAssignment(arbiter, clock.wall(), signal);
  let gone = false;
  const orNever = <T>(call: () => Promise<T>): Promise<T> => (gone ? new Promise<T>(() => {}) : call());
  const member = new Member({
    arbiter: {
      snapshot: (options) => orNever(() => arbiter.snapshot(options)),
      read: (key, inner) => orNever(() => arbiter.read(key, inner)),
      swap: (key, value, expected, inner) => orNever(() => arbiter.swap(key, value, expected, inner)),
      remove: (key, expected, inner) => orNever(() => arbiter.remove(key, expected, inner)),
      watch: (wake) => arbiter.watch(wake),
    },
    pod: 'pod-1',
    node: 'n',
    artifacts: [artifact('task/a', terms, clock)],
    expect: 1,
    clock,
    random,
  });
  void member.start();
  await clock.advance(500);
  gone = true;
  let stopped = false;
  void member.stop({ deadlineMs: 1_000 }).then(() => (stopped = true));
  await clock.advance(999);
  assert.equal(stopped, false);
  // The last try to delete the lease may take one request more.
  await clock.advance(360);
  assert.equal(stopped, true);
  assert.equal(terms[0]!.valid(), false);
});

test('the log and the events say what happened and why, code first', async () => {
  const { clock, terms, arbiter } = deployment();
  const lines: string[] = [];
  const log = createLogger({ format: 'json', write: (line) => void lines.push(line) });
  const member = new Member({
    arbiter,
    pod: 'pod-1',
    node: 'n',
    artifacts: [artifact('task/a', terms, clock)],
    clock,
    random,
    log,
  });
  void member.start();
  await clock.advance(1_300);
  const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
  assert.match(messages[0]!, /^JOINED pod-1: as pod-1\./);
  assert.equal(messages[1], 'ACQUIRED task/a by pod-1: it is new; pod-1 is the only member that can hold it');
  await turned(clock, member.stop());
});

test('unsound timings are named when a member is made', () => {
  const lines: string[] = [];
  const log = createLogger({ write: (line) => void lines.push(line) });
  const arbiter = new MemoryArbiter();
  void new Member({ arbiter, pod: 'p', node: 'n', artifacts: [], log, timings: { leaseMs: 600, marginMs: 10 } });
  assert.match(lines.join(''), /leaseMs \(600\) must be at least three times renewMs/);
  assert.match(lines.join(''), /marginMs \(10\) must be at least a tenth/);
});
