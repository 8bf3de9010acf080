/**
 * How long artifacts are without a holder, between real processes with the arbiter in their parent:
 *   exit      SIGKILL, and the parent, which sees the exit, revokes at once
 *   silent    SIGKILL, and nobody says so: the lease has to run out
 *   frozen    SIGSTOP
 *   graceful  SIGTERM
 * node bench/failover/failover.ts [times] [artifacts]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  foundAssignment,
  MemoryArbiter,
  processChannel,
  revokeNow,
  serveArbiter,
} from '../../src/coordination/index.ts';

const times = Number(process.argv[2] ?? 20);
const artifacts = process.argv[3] ?? '6';
const { signal } = new AbortController();
const arbiter = new MemoryArbiter();
await foundAssignment(arbiter, Date.now(), signal);

const children = new Map<string, { process: ChildProcess; boots: ReadonlySet<string> }>();
const holder = new Map<string, string>();
let watching: ((artifact: string) => void) | undefined;

async function start(pod: string): Promise<void> {
  const child = fork(join(import.meta.dirname, 'replica.ts'), [pod, artifacts], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { boots } = serveArbiter(arbiter, processChannel(child));
  children.set(pod, { process: child, boots });
  const joined = Promise.withResolvers<void>();
  child.on('message', (message: { began?: string; joined?: string }) => {
    if (message.joined) joined.resolve();
    if (message.began === undefined) return;
    holder.set(message.began, pod);
    watching?.(message.began);
  });
  await joined.promise;
}

/** Milliseconds until everything the pod held has begun elsewhere. */
async function moved(pod: string, strike: () => void): Promise<number> {
  const left = new Set([...holder].filter(([, by]) => by === pod).map(([artifact]) => artifact));
  const all = Promise.withResolvers<void>();
  watching = (artifact): void => {
    left.delete(artifact);
    if (left.size === 0) all.resolve();
  };
  const from = performance.now();
  strike();
  await all.promise;
  watching = undefined;
  return performance.now() - from;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
}

const strikes: Readonly<Record<string, (child: ChildProcess, boots: ReadonlySet<string>) => void>> = {
  exit: (child, boots) => {
    child.once('exit', () => {
      for (const boot of boots) void revokeNow(arbiter, boot, 'its process has ended', signal);
    });
    child.kill('SIGKILL');
  },
  silent: (child) => void child.kill('SIGKILL'),
  frozen: (child) => void child.kill('SIGSTOP'),
  graceful: (child) => void child.kill('SIGTERM'),
};

const pods = ['pod-1', 'pod-2', 'pod-3'];
await Promise.all(pods.map((pod) => start(pod)));
await sleep(1_000);
for (const [name, strike] of Object.entries(strikes)) {
  const figures: number[] = [];
  for (let i = 0; i < times; i++) {
    // The one with most, so that there always is something to move; at no particular time.
    const loads = pods.map((pod) => [...holder.values()].filter((by) => by === pod).length);
    const pod = pods[loads.indexOf(Math.max(...loads))]!;
    const { process: child, boots } = children.get(pod)!;
    await sleep(Math.random() * 300);
    figures.push(await moved(pod, () => strike(child, boots)));
    child.kill('SIGKILL');
    await ended(child);
    await start(pod);
    await sleep(700);
  }
  figures.sort((a, b) => a - b);
  const at = (share: number): string => figures[Math.ceil(share * figures.length) - 1]!.toFixed(0);
  console.log(`${name.padEnd(9)} n=${times}  p50 ${at(0.5)} ms  p90 ${at(0.9)} ms  max ${at(1)} ms`);
}
for (const { process: child } of children.values()) child.kill('SIGKILL');
process.exit(0);
