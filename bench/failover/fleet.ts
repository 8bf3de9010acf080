import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  foundAssignment,
  MemoryArbiter,
  processChannel,
  serveArbiter,
  type Arbiter,
} from '../../src/coordination/index.ts';
import { openArbiter } from '../../src/coordination/open-arbiter.ts';
import { memberKey } from '../../src/coordination/records.ts';
import { silentLogger } from '../../src/log.ts';

export interface Replica {
  readonly child: ChildProcess;
  /** Boot ids it had so far, where the arbiter is in this process. */
  readonly boots: ReadonlySet<string>;
}

export interface FleetOptions {
  readonly address: string | undefined;
  readonly artifacts: string;
  readonly renew: string;
}

/** Processes that hold artifacts, and who of them holds what by their own word. */
export class Fleet implements AsyncDisposable {
  readonly arbiter: Arbiter;
  readonly #options: FleetOptions;
  readonly #deployment: string;
  readonly #replicas = new Map<string, Replica>();
  readonly #holders = new Map<string, string>();
  #watching: ((artifact: string) => void) | undefined;
  readonly #close: () => Promise<void>;

  private constructor(options: FleetOptions, arbiter: Arbiter, deployment: string, close: () => Promise<void>) {
    this.#options = options;
    this.arbiter = arbiter;
    this.#deployment = deployment;
    this.#close = close;
  }

  static async open(options: FleetOptions): Promise<Fleet> {
    const { signal } = new AbortController();
    const deployment = `bench-${process.pid}`;
    const opened = options.address ? await openArbiter(options.address, { deployment, log: silentLogger }) : undefined;
    const arbiter = opened ?? new MemoryArbiter();
    await foundAssignment(arbiter, Date.now(), signal);
    return new Fleet(options, arbiter, deployment, async () => {
      await empty(arbiter);
      await opened?.close();
    });
  }

  async start(pod: string): Promise<void> {
    const { address, artifacts, renew } = this.#options;
    const place = address ? [address, this.#deployment, renew] : [];
    const child = fork(join(import.meta.dirname, 'replica.ts'), [pod, artifacts, ...place], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const boots = address ? new Set<string>() : serveArbiter(this.arbiter, processChannel(child)).boots;
    this.#replicas.set(pod, { child, boots });
    const joined = Promise.withResolvers<void>();
    child.on('message', (message: { began?: string; joined?: string }) => {
      if (message.joined) joined.resolve();
      if (message.began === undefined) return;
      this.#holders.set(message.began, pod);
      this.#watching?.(message.began);
    });
    await joined.promise;
  }

  async kill(pod: string): Promise<void> {
    const { child } = this.replica(pod);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  replica(pod: string): Replica {
    return this.#replicas.get(pod)!;
  }

  heldBy(pod: string): string[] {
    return [...this.#holders].filter(([, by]) => by === pod).map(([artifact]) => artifact);
  }

  busiest(pods: readonly string[]): string {
    return pods.toSorted((a, b) => this.heldBy(b).length - this.heldBy(a).length)[0]!;
  }

  /** Milliseconds from the strike until all of these have begun somewhere. */
  async until(artifacts: readonly string[], strike: () => void): Promise<number> {
    const left = new Set(artifacts);
    const all = Promise.withResolvers<void>();
    this.#watching = (artifact): void => {
      left.delete(artifact);
      if (left.size === 0) all.resolve();
    };
    const from = performance.now();
    strike();
    await all.promise;
    this.#watching = undefined;
    return performance.now() - from;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#replicas.keys()].map((pod) => this.kill(pod)));
    await this.#close();
  }
}

/** Leaves nothing of the bench in a cluster or database. */
async function empty(arbiter: Arbiter): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  const { members, assignment } = await arbiter.snapshot({ signal });
  for (const { value, version } of members) await arbiter.remove(memberKey(value.boot), version, signal);
  if (assignment && assignment !== 'same') await arbiter.remove('assignment', assignment.version, signal);
}
