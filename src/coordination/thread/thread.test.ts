/** Real processes with real threads: what a busy main loop costs, and what it must not. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../../log.ts';
import type { CoordinationEvent } from '../events.ts';
import { defaultTimings, foundAssignment, Member, MemoryArbiter, type Timings } from '../index.ts';
import { openArbiter } from '../open-arbiter.ts';
import { BusyProcess, type BusyMemberOptions } from './fixtures/busy-process.ts';

const { signal } = new AbortController();
const artifacts = ['task/a', 'task/b'];

interface House extends AsyncDisposable {
  readonly busy: BusyProcess;
  readonly arbiter: MemoryArbiter;
  readonly rivalEvents: readonly CoordinationEvent[];
  /** Resolves when the rival has taken something. */
  readonly taken: Promise<CoordinationEvent>;
}

/** A member that holds everything in a process of its own, and a rival here that waits for it to fail. */
async function house(options: Partial<BusyMemberOptions> = {}): Promise<House> {
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, Date.now(), signal);
  const timings: Partial<Timings> = { settleMs: 60_000, ...options.timings };
  const busy = new BusyProcess(arbiter, { pod: 'busy', artifacts, renew: 'thread', ...options, timings });
  await busy.holds(artifacts.length);
  const rivalEvents: CoordinationEvent[] = [];
  const taken = Promise.withResolvers<CoordinationEvent>();
  const rival = new Member({
    arbiter,
    pod: 'rival',
    node: 'n',
    timings,
    onEvent(event) {
      rivalEvents.push(event);
      if (event.type === 'acquired') taken.resolve(event);
    },
    artifacts: artifacts.map((key) => ({
      key,
      run: (term) => new Promise((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true })),
    })),
  });
  await rival.start();
  return {
    busy,
    arbiter,
    rivalEvents,
    taken: taken.promise,
    async [Symbol.asyncDispose]() {
      await rival.stop();
      await busy[Symbol.asyncDispose]();
    },
  };
}

test('a loop that is busy for three seconds keeps its artifacts, and what it does then has a valid term', async () => {
  await using one = await house();
  const { busy, rivalEvents } = one;
  busy.tell({ do: 'block', ms: 3_000 });
  const { valid } = await busy.until('blocked', () => true);
  assert.deepEqual(valid, artifacts);
  // It goes on as before, under the same token.
  busy.tell({ do: 'claim', artifact: 'task/a', dueAt: 1_000 });
  assert.equal((await busy.until('claimed', () => true)).granted, true);
  assert.deepEqual(
    rivalEvents.map(({ type }) => type),
    ['joined'],
  );
  assert.deepEqual([busy.events('lost'), busy.events('suspended'), busy.events('rejoined')], [[], [], []]);
});

test('the same loop loses them when it has to renew by itself', async () => {
  await using one = await house({ renew: 'loop' });
  one.busy.tell({ do: 'block', ms: 3_000 });
  await one.taken;
  const { valid } = await one.busy.until('blocked', () => true);
  assert.deepEqual(valid, []);
});

test('a loop that stands still for longer than stallMs gives its artifacts up while it still does', async () => {
  await using one = await house({ timings: { stallMs: 1_000 } });
  const { busy } = one;
  busy.tell({ do: 'block', ms: 4_000 });
  const { reason } = await one.taken;
  assert.match(reason, /its main thread has stood still for \d{4,} ms/);
  assert.equal(
    busy.said.some(({ said }) => said === 'blocked'),
    false,
  );
  const { valid } = await busy.until('blocked', () => true);
  assert.deepEqual(valid, []);
  await busy.until('event', ({ event }) => event.type === 'rejoined');
});

test('a process that is stopped as a whole loses them when the lease has run out', async (t) => {
  await using one = await house();
  const { busy } = one;
  const from = performance.now();
  busy.child.kill('SIGSTOP');
  const { reason } = await one.taken;
  const tookMs = performance.now() - from;
  busy.child.kill('SIGCONT');
  t.diagnostic(`taken ${Math.round(tookMs)} ms after it was stopped; ${reason}`);
  // Counted from its last renewal, which may lie 300 ms before.
  assert.ok(Number(/it was silent for (\d+) ms/.exec(reason)?.[1]) >= defaultTimings.leaseMs, reason);
  assert.ok(tookMs < 10 * defaultTimings.leaseMs, `${tookMs} ms`);
  await busy.until('event', ({ event }) => event.type === 'rejoined');
  assert.equal(busy.events('lost').length, 2);
});

test('each run is claimed once, and the record says so', async () => {
  await using one = await house();
  const { busy, arbiter } = one;
  const claims = [1_000, 2_000, 1_000, 2_000, 3_000];
  const granted: boolean[] = [];
  for (const [asked, dueAt] of claims.entries()) {
    busy.tell({ do: 'claim', artifact: 'task/b', dueAt });
    await busy.until('claimed', () => busy.said.filter(({ said }) => said === 'claimed').length > asked);
    granted.push(busy.said.findLast((one) => one.said === 'claimed')!.granted);
  }
  assert.deepEqual(granted, [true, true, false, false, true]);
  const { members } = await arbiter.snapshot({ signal });
  const fire = members.find(({ value }) => value.pod === 'busy')!.value.fires!['task/b']!;
  assert.deepEqual([fire.lastFire, fire.runs], [3_000, 3]);
});

test('a member that stops hands over and takes its record away', async () => {
  await using one = await house();
  one.busy.tell({ do: 'stop' });
  await one.busy.until('stopped', () => true);
  await one.taken;
  const { members } = await one.arbiter.snapshot({ signal });
  assert.deepEqual(
    members.filter(({ value }) => value.state !== 'revoked').map(({ value }) => value.pod),
    ['rival'],
  );
});

test('when its thread ends, a member tells, loses what it held, and goes on by its own loop', async (t) => {
  await using one = await house();
  const { busy } = one;
  const from = performance.now();
  busy.tell({ do: 'end the thread' });
  const { reason } = await one.taken;
  // Told at once: nobody waited for a lease to run out, or the reason would be its silence.
  assert.match(reason, /the thread that renewed it ended/);
  t.diagnostic(`taken ${Math.round(performance.now() - from)} ms after its thread was ended`);
  await busy.until(
    'log',
    ({ line }) => line.includes('RENEWAL_THREAD') && line.includes('on the main loop from now on'),
  );
  await busy.until('event', ({ event }) => event.type === 'rejoined');
});

test('a thread that can be started again is, and keeps the next lease', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-thread-'));
  const address = `sqlite:${join(folder, 'records')}`;
  const context = { deployment: 'd' };
  await using arbiter = await openArbiter(address, { ...context, log: silentLogger });
  await foundAssignment(arbiter, Date.now(), signal);
  try {
    const reach = { at: 'address', address, context } as const;
    await using busy = new BusyProcess(arbiter, { pod: 'busy', artifacts, renew: 'thread', reach });
    await busy.holds(artifacts.length);
    busy.tell({ do: 'end the thread' });
    await busy.until(
      'log',
      ({ line }) => line.includes('RENEWAL_THREAD') && line.includes('the next one starts in 100 ms'),
    );
    await busy.until('event', ({ event }) => event.type === 'rejoined');
    await busy.holds(artifacts.length);
    // Only a thread keeps them through this.
    busy.tell({ do: 'block', ms: 1_500 });
    const { valid } = await busy.until('blocked', () => true);
    assert.deepEqual(valid, artifacts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a member whose thread cannot reach the arbiter at all joins by its own loop', async () => {
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, Date.now(), signal);
  await using busy = new BusyProcess(arbiter, {
    pod: 'busy',
    artifacts,
    renew: 'thread',
    reach: { at: 'pipe', fd: 999 },
  });
  await busy.until('log', ({ line }) => line.includes('RENEWAL_THREAD'));
  await busy.holds(artifacts.length);
});
