/**
 * What users of the incumbent reported, against the real members and the real scheduler in virtual time. The number is
 * that of the report (mi#: wso2/micro-integrator, or product-micro-integrator). Those without a test here have a story
 * in this folder that names them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askMove, type Term } from '../../src/coordination/index.ts';
import { silentLogger } from '../../src/log.ts';
import { scheduledTask } from '../../src/transports/timer/task.ts';
import { seeded, World, type Process } from './world.ts';

/** A run of the task, as the outside saw it. */
interface Run {
  readonly pod: string;
  readonly dueAt: number;
  readonly at: number;
}

const everySecond = {
  type: 'cron',
  next: (after: Date): Date => new Date((Math.floor(after.getTime() / 1_000) + 1) * 1_000),
} as const;

function newWorld(): World {
  return new World({ random: seeded(1), latency: () => 1, onEvent: () => {} });
}

function startScheduled(world: World, pod: string, runs: Run[]): Process {
  const process: Process = world.start({
    pod,
    artifacts: [
      {
        key: 'task/nightly',
        run: (term: Term) =>
          scheduledTask({
            name: 'nightly',
            trigger: everySecond,
            clock: process.clock,
            log: silentLogger,
            job: { run: async ({ dueAt }) => void runs.push({ pod, dueAt, at: world.clock.wall() }) },
          }).run(term),
      },
    ],
  });
  return process;
}

async function holderOf(world: World, artifact: string): Promise<string> {
  const found = await world.store.read('assignment', new AbortController().signal);
  return found!.value.artifacts[artifact]!.holder!.split('.')[0]!;
}

function assertEachOnce(runs: readonly Run[]): void {
  const due = runs.map(({ dueAt }) => dueAt);
  assert.deepEqual(
    due,
    [...new Set(due)].toSorted((a, b) => a - b),
    'each due time once, and in order',
  );
  for (const { dueAt } of runs) assert.equal(dueAt % 1_000, 0, `${dueAt} is not on the schedule`);
}

test('mi#4617: a failover fires a cron task at no other time than its schedule says', async () => {
  const world = newWorld();
  const runs: Run[] = [];
  await world.found();
  for (const pod of ['pod-1', 'pod-2']) startScheduled(world, pod, runs);
  await world.clock.advance(4_500);
  const first = await holderOf(world, 'task/nightly');
  world.crash(first);
  await world.clock.advance(5_000);
  assertEachOnce(runs);
  assert.equal(new Set(runs.map(({ pod }) => pod)).size, 2, 'another pod went on');
  const due = runs.map(({ dueAt }) => dueAt);
  assert.deepEqual(
    due,
    Array.from(due, (_, i) => due[0]! + i * 1_000),
    'no due time was left out',
  );
  const late = runs.filter(({ dueAt, at }) => at - dueAt > 10);
  // What fell due while nobody held it runs once, as soon as somebody does.
  assert.ok(late.length === 1 && late[0]!.at - late[0]!.dueAt < 1_500, JSON.stringify(late));
});

test('mi#4155: a redeployment, pod by pod, runs no due time twice and leaves none out', async () => {
  const world = newWorld();
  const runs: Run[] = [];
  await world.found();
  const pods = ['pod-1', 'pod-2', 'pod-3'];
  for (const pod of pods) startScheduled(world, pod, runs);
  await world.clock.advance(2_700);
  for (const pod of pods) {
    void world.processes.get(pod)!.member.stop();
    await world.clock.advance(300);
    world.crash(pod);
    startScheduled(world, pod, runs);
    await world.clock.advance(1_100);
  }
  await world.clock.advance(2_000);
  assertEachOnce(runs);
  assert.ok(new Set(runs.map(({ pod }) => pod)).size > 1, 'it went from pod to pod');
  const due = runs.map(({ dueAt }) => dueAt);
  assert.deepEqual(
    due,
    Array.from(due, (_, i) => due[0]! + i * 1_000),
    'no due time was left out',
  );
});

for (const [report, how] of [
  ['mi#4248', 'moved'],
  ['mi#1477', 'frozen'],
] as const)
  test(`${report}: a consumer that was ${how} has stopped before the next one begins`, async () => {
    const world = newWorld();
    /** Who consumes at this moment, by what its own term says. */
    const consuming = new Set<string>();
    const begun: string[] = [];
    const overlaps: string[] = [];
    const start = (pod: string): void => {
      const process: Process = world.start({
        pod,
        artifacts: [
          {
            key: 'inbound/queue',
            async run(term) {
              begun.push(pod);
              while (!term.signal.aborted) {
                if (term.valid()) consuming.add(pod);
                if (consuming.size > 1) overlaps.push([...consuming].join(' and '));
                await process.clock.sleep(10, term.signal).catch(() => {});
              }
              // Takes a while to put back what it has in hand.
              if (how === 'moved') await world.clock.sleep(400);
              consuming.delete(pod);
            },
          },
        ],
      });
    };
    await world.found();
    for (const pod of ['pod-1', 'pod-2']) start(pod);
    await world.clock.advance(1_000);
    const first = await holderOf(world, 'inbound/queue');
    const second = first === 'pod-1' ? 'pod-2' : 'pod-1';
    if (how === 'moved') await askMove(world.store, 'inbound/queue', second, new AbortController().signal);
    else {
      world.processes.get(first)!.gate.state = 'frozen';
      // Frozen, it consumes nothing.
      consuming.delete(first);
    }
    await world.clock.advance(2_000);
    world.processes.get(first)!.gate.open();
    await world.clock.advance(2_000);
    assert.deepEqual(overlaps, []);
    assert.deepEqual(begun, [first, second]);
    assert.deepEqual([...consuming], [second]);
  });

test('mi#4204: an arbiter that answers slower and slower never has two at work', async () => {
  const world = newWorld();
  const atWork = (): string[] =>
    [...world.processes.values()].filter((process) => process.terms.get('task/nightly')?.valid()).map(({ pod }) => pod);
  await world.found();
  const runs: Run[] = [];
  for (const pod of ['pod-1', 'pod-2', 'pod-3']) startScheduled(world, pod, runs);
  await world.clock.advance(1_000);
  let suspended = 0;
  for (let latency = 50; latency <= 500; latency += 50) {
    for (const { network } of world.processes.values()) {
      network.latency = (): number => latency / 2;
      network.replyLatency = (): number => latency / 2;
    }
    for (let i = 0; i < 200; i++) {
      await world.clock.advance(10);
      assert.ok(atWork().length <= 1, `${atWork().join(' and ')} at ${latency} ms`);
      if (atWork().length === 0) suspended++;
    }
  }
  assert.ok(suspended > 0, 'it became slow enough to matter');
  assertEachOnce(runs);
});
