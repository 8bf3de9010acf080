import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  foundAssignment,
  MemoryArbiter,
  processChannel,
  revokeNow,
  serveArbiter,
} from '../../src/coordination/index.ts';
import { summary, type Section } from '../report.ts';

interface Told {
  readonly pod: string;
  readonly changed: readonly (readonly [artifact: string, held: boolean])[];
}

const { signal } = new AbortController();

/**
 * Many artifacts on many processes, the arbiter in their parent. Settled: every artifact is at work in exactly one
 * process, and no two processes differ by more than one.
 *   exit    SIGKILL of one, whose exit the parent sees       silent    SIGKILL of one, and nobody says so
 *   join    one more process                                  stop      SIGTERM of one
 */
export async function measureScale(options: {
  readonly artifacts: number;
  readonly processes: number;
  readonly rounds: number;
}): Promise<Section> {
  await using deployment = new Deployment(options.artifacts);
  const pods = Array.from({ length: options.processes }, (_, i) => `pod-${i + 1}`);
  const figures: Record<string, number[]> = { start: [], exit: [], silent: [], join: [], stop: [] };
  const began = performance.now();
  await deployment.start(pods);
  figures['start']!.push(await deployment.settled(pods, began));
  for (let round = 0; round < options.rounds; round++) {
    for (const how of ['exit', 'silent', 'stop'] as const) {
      const [pod, ...others] = pods.toSorted(() => Math.random() - 0.5) as [string, ...string[]];
      const struck = performance.now();
      deployment.strike(pod, how);
      figures[how]!.push(await deployment.settled(others, struck));
      const joins = performance.now();
      await deployment.start([pod], pods.length);
      figures['join']!.push(await deployment.settled(pods, joins));
    }
  }
  const target = 'settled within 3000';
  return {
    name: `${options.artifacts} artifacts on ${options.processes} processes (embedded arbiter)`,
    rows: [
      { what: 'all start, processes included', unit: 'ms', ...summary(figures['start']!) },
      { what: 'one is killed, exit seen', unit: 'ms', target, ...summary(figures['exit']!) },
      { what: 'one is killed, nobody says so', unit: 'ms', target, ...summary(figures['silent']!) },
      { what: 'one is stopped', unit: 'ms', target, ...summary(figures['stop']!) },
      { what: 'one joins, its start included', unit: 'ms', target, ...summary(figures['join']!) },
    ],
  };
}

class Deployment implements AsyncDisposable {
  readonly #artifacts: number;
  readonly #arbiter = new MemoryArbiter();
  readonly #processes = new Map<string, { child: ChildProcess; boots: ReadonlySet<string> }>();
  readonly #held = new Map<string, Set<string>>();
  #told: (() => void) | undefined;

  constructor(artifacts: number) {
    this.#artifacts = artifacts;
  }

  async start(pods: readonly string[], members = pods.length): Promise<void> {
    await foundAssignment(this.#arbiter, Date.now(), signal);
    for (const pod of pods) {
      const child = fork(join(import.meta.dirname, 'replica.ts'), [pod, String(this.#artifacts), String(members)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const { boots } = serveArbiter(this.#arbiter, processChannel(child));
      this.#processes.set(pod, { child, boots });
      const held = new Set<string>();
      this.#held.set(pod, held);
      child.on('message', ({ changed }: Partial<Told>) => {
        for (const [artifact, is] of changed ?? []) {
          if (is) held.add(artifact);
          else held.delete(artifact);
        }
        this.#told?.();
      });
    }
  }

  strike(pod: string, how: 'exit' | 'silent' | 'stop'): void {
    const { child, boots } = this.#processes.get(pod)!;
    if (how === 'exit')
      child.once('exit', () => {
        for (const boot of boots) void revokeNow(this.#arbiter, boot, 'its process has ended', signal);
      });
    child.kill(how === 'stop' ? 'SIGTERM' : 'SIGKILL');
  }

  /** Milliseconds since then until all is settled on these pods; rejects after a minute. */
  async settled(pods: readonly string[], since: number): Promise<number> {
    const deadline = AbortSignal.timeout(60_000);
    while (!this.#isSettled(pods)) {
      deadline.throwIfAborted();
      await Promise.race([new Promise<void>((resolve) => (this.#told = resolve)), wait(1_000)]);
    }
    return performance.now() - since;
  }

  #isSettled(pods: readonly string[]): boolean {
    const counts = pods.map((pod) => this.#held.get(pod)!.size);
    const all = new Set(pods.flatMap((pod) => [...this.#held.get(pod)!]));
    const sum = counts.reduce((total, count) => total + count, 0);
    return sum === this.#artifacts && all.size === sum && Math.max(...counts) - Math.min(...counts) <= 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#processes.values()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
  }
}
