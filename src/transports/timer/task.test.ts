import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import type { Switch } from '../../engine/ports.ts';
import { tryTerm, type TriedTerm } from '../../engine/try-out.ts';
import { silentLogger } from '../../log.ts';
import { scheduledTask, type TaskRun } from './task.ts';

/** What a task's holders share: the last claimed run and how many there were. */
class Ledger {
  lastFire: number | undefined;
  runs = 0;
  readonly claimed: number[] = [];
}

function term(ledger: Ledger, token: number): TriedTerm {
  const tried = tryTerm('task/t', token);
  return {
    ...tried,
    get lastFire() {
      return ledger.lastFire;
    },
    get runs() {
      return ledger.runs;
    },
    async claim(dueAt, when = 'before') {
      if (when === 'before' && tried.signal.aborted) return false;
      if (!tried.valid() || (ledger.lastFire !== undefined && dueAt <= ledger.lastFire)) return false;
      ledger.lastFire = dueAt;
      ledger.runs++;
      ledger.claimed.push(dueAt);
      return true;
    },
  };
}

const every5s = { type: 'interval', everyMs: 5_000, count: undefined } as const;

test('runs keep to the grid of the first holder when another one takes over', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const ran: string[] = [];
  const job = { run: async (run: TaskRun) => void ran.push(`${run.dueAt}#${run.fence.token}`) };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger });
  const first = term(ledger, 1);
  const running = task.run(first);
  await clock.advance(11_000);
  first.lose();
  await running;
  await clock.advance(1_200);
  const second = term(ledger, 2);
  const going = task.run(second);
  await clock.advance(8_000);
  second.handOver();
  await going;
  assert.deepEqual(ran, ['0#1', '5000#1', '10000#1', '15000#2', '20000#2']);
});

test('at least once: a run that its holder did not finish is run again by the next one, under the same key', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const ran: string[] = [];
  const job = {
    async run({ fence, dueAt }: TaskRun) {
      ran.push(`${fence.key}#${fence.token}`);
      if (dueAt === 5_000 && fence.token === 1) first.lose();
    },
  };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger, runs: 'at-least-once' });
  const first = term(ledger, 1);
  const running = task.run(first);
  await clock.advance(6_000);
  await running;
  const second = term(ledger, 2);
  const going = task.run(second);
  await clock.advance(5_000);
  second.handOver();
  await going;
  assert.deepEqual(ran, ['task/t@0#1', 'task/t@5000#1', 'task/t@5000#2', 'task/t@10000#2']);
});

test('at least once: a run that is finished while its task is handed over is not run again', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const job = { run: () => clock.sleep(1_000) };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger, runs: 'at-least-once' });
  const first = term(ledger, 1);
  const running = task.run(first);
  await clock.advance(500);
  first.handOver();
  await clock.advance(600);
  await running;
  assert.deepEqual(ledger.claimed, [0]);
});

test('a run that takes longer than the interval is not overlapped by the next', async () => {
  const clock = new VirtualClock(0, 0);
  let active = 0;
  let most = 0;
  const job = {
    async run() {
      most = Math.max(most, ++active);
      await clock.sleep(12_000);
      active--;
    },
  };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger });
  const holder = term(new Ledger(), 1);
  const running = task.run(holder);
  await clock.advance(40_000);
  assert.equal(most, 1);
  holder.handOver();
  await clock.advance(12_000);
  await running;
});

test('a hand-over lets the run in hand finish, a lost term aborts it', async () => {
  const clock = new VirtualClock(0, 0);
  const ends: string[] = [];
  const job = {
    run: async (run: TaskRun) => {
      await clock.sleep(3_000, run.signal).then(
        () => ends.push('finished'),
        () => ends.push('aborted'),
      );
    },
  };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger });
  const released = term(new Ledger(), 1);
  let running = task.run(released);
  await clock.advance(1_000);
  released.handOver();
  await clock.advance(3_000);
  await running;
  const lost = term(new Ledger(), 1);
  running = task.run(lost);
  await clock.advance(1_000);
  lost.lose();
  await running;
  assert.deepEqual(ends, ['finished', 'aborted']);
});

test('a run that fails does not end the schedule', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const job = { run: () => Promise.reject(new Error('backend away')) };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger });
  const holder = term(ledger, 1);
  const running = task.run(holder);
  await clock.advance(10_000);
  holder.handOver();
  await running;
  assert.deepEqual(ledger.claimed, [0, 5_000, 10_000]);
});

test('a count is kept across holders', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const job = { run: () => Promise.resolve() };
  const trigger = { type: 'interval', everyMs: 1_000, count: 3 } as const;
  const task = scheduledTask({ name: 't', trigger, job, clock, log: silentLogger });
  const first = term(ledger, 1);
  const running = task.run(first);
  await clock.advance(1_500);
  first.lose();
  await running;
  const second = term(ledger, 2);
  const going = task.run(second);
  await clock.advance(10_000);
  second.handOver();
  await going;
  assert.deepEqual(ledger.claimed, [0, 1_000, 2_000]);
});

function switchOf(on: boolean): Switch & { set(on: boolean): void } {
  let now = on;
  const changed = new Set<() => void>();
  return {
    get on() {
      return now;
    },
    reason: undefined,
    turnOff: () => {},
    turnOn: () => {},
    whenOn: (signal) =>
      now
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            changed.add(resolve);
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
          }),
    until(signal) {
      const off = new AbortController();
      changed.add(() => void (now || off.abort()));
      return AbortSignal.any([signal, off.signal]);
    },
    set(next) {
      now = next;
      for (const tell of changed) tell();
    },
  };
}

test('while it is switched off nothing falls due, and what did is not made up for', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const ran: number[] = [];
  const onOff = switchOf(true);
  const job = { run: async ({ dueAt }: TaskRun) => void ran.push(dueAt) };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger, switch: onOff });
  const held = term(ledger, 1);
  const going = task.run(held);
  await clock.advance(6_000);
  onOff.set(false);
  await clock.advance(16_000);
  onOff.set(true);
  await clock.advance(8_000);
  held.handOver();
  await going;
  assert.deepEqual(ran, [0, 5_000, 25_000, 30_000]);
});

test('a run out of turn waits for the one under way, claims nothing, and is told of as asked for', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const ended: string[] = [];
  let inHand = 0;
  const job = {
    async run(): Promise<void> {
      assert.equal(++inHand, 1, 'two runs at once');
      await clock.sleep(3_000);
      inHand--;
    },
  };
  const task = scheduledTask({
    name: 't',
    trigger: every5s,
    job,
    clock,
    log: silentLogger,
    onRunEnd: (run) => ended.push(`${run.asked ? 'asked' : 'due'} ${run.startedAt}-${run.endedAt}`),
  });
  const held = term(ledger, 1);
  const going = task.run(held);
  await clock.advance(1_000);
  const now = task.runNow!(held);
  await clock.advance(8_000);
  await now;
  held.handOver();
  await going;
  assert.deepEqual(ended, ['due 0-3000', 'asked 3000-6000', 'due 6000-9000']);
  assert.deepEqual(ledger.claimed, [0, 5_000]);
});

test('with jitter a run begins late, and keeps the key of its due time', async () => {
  const clock = new VirtualClock(0, 0);
  const ledger = new Ledger();
  const begun: string[] = [];
  const job = { run: async ({ dueAt }: TaskRun) => void begun.push(`${dueAt}@${clock.wall()}`) };
  const jitter = { jitterMs: 1_000, random: () => 0.25 };
  const task = scheduledTask({ name: 't', trigger: every5s, job, clock, log: silentLogger, ...jitter });
  const held = term(ledger, 1);
  const going = task.run(held);
  await clock.advance(6_000);
  held.handOver();
  await going;
  assert.deepEqual(begun, ['0@250', '5000@5250']);
});
