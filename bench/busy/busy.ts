/**
 * What a busy main loop costs a member that renews its lease by that loop, and one that does so from a thread.
 *   blocked    the loop runs in circles for that long; in how many trials was a term not good any more when it was free again
 *   crowded    all CPUs are kept busy by others as well, and two members work in bursts; what that did to them
 * node bench/busy/busy.ts [trials] [seconds]
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { foundAssignment, MemoryArbiter } from '../../src/coordination/index.ts';
import { BusyProcess } from '../../src/coordination/thread/fixtures/busy-process.ts';

const trials = Number(process.argv[2] ?? 20);
const seconds = Number(process.argv[3] ?? 15);
const artifacts = ['task/a', 'task/b', 'task/c', 'task/d'];
const ways = ['loop', 'thread'] as const;

async function start(renew: (typeof ways)[number], pod: string, arbiter: MemoryArbiter): Promise<BusyProcess> {
  const busy = new BusyProcess(arbiter, { pod, artifacts, renew });
  await busy.until('event', ({ event }) => event.type === 'joined');
  return busy;
}

async function newArbiter(): Promise<MemoryArbiter> {
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(1_000));
  return arbiter;
}

/** Keeps the loop busy; resolves to how many terms were good in the turn in which it became free. */
async function block(busy: BusyProcess, ms: number, by?: 'cpu'): Promise<number> {
  const answers = (): readonly (readonly string[])[] =>
    busy.said.flatMap((one) => (one.said === 'blocked' ? [one.valid] : []));
  const before = answers().length;
  busy.tell({ do: 'block', ms, ...(by && { by }) });
  await busy.until('blocked', () => answers().length > before);
  return answers().at(-1)!.length;
}

for (const renew of ways) {
  await using busy = await start(renew, 'busy', await newArbiter());
  await busy.holds(artifacts.length);
  for (const ms of [600, 1_200, 2_400]) {
    let hurt = 0;
    for (let n = 0; n < trials; n++) {
      await wait(Math.random() * 300);
      if ((await block(busy, ms)) < artifacts.length) hurt++;
      while ((await block(busy, 0)) < artifacts.length) await wait(50);
    }
    const load = loadavg()[0]!.toFixed(1);
    console.log(`blocked  ${renew.padEnd(6)}  ${ms} ms  not good in ${hurt} of ${trials}  load ${load}`);
  }
}

for (const renew of ways) {
  const arbiter = await newArbiter();
  const members = await Promise.all(['one', 'two'].map((pod) => start(renew, pod, arbiter)));
  await Promise.all(members.map((busy) => busy.holds(artifacts.length / 2)));
  const hogs = Array.from({ length: 2 * cpus().length }, () => new Worker('for (;;);', { eval: true }));
  const until = performance.now() + 1_000 * seconds;
  await Promise.all(
    members.map(async (busy) => {
      while (performance.now() < until) {
        await block(busy, 100 + Math.random() * 400, 'cpu');
        await wait(Math.random() * 100);
      }
    }),
  );
  await Promise.all(hogs.map((hog) => hog.terminate()));
  const count = (type: 'lost' | 'suspended' | 'rejoined' | 'revoked'): number =>
    members.reduce((sum, busy) => sum + busy.events(type).length, 0);
  console.log(
    `crowded  ${renew.padEnd(6)}  ${seconds} s  lost ${count('lost')}, suspended ${count('suspended')}, ` +
      `revoked ${count('revoked')}, rejoined ${count('rejoined')}  load ${loadavg()[0]!.toFixed(1)}`,
  );
  const reasons = members.flatMap((busy) => [...busy.events('suspended'), ...busy.events('lost')]);
  for (const reason of new Set(reasons.map(({ reason }) => reason))) console.log(`           ${reason}`);
  for (const busy of members) await busy[Symbol.asyncDispose]();
}
process.exit(0);
