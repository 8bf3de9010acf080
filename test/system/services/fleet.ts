import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { foundAssignment, type CoordinationEventType } from '../../../src/coordination/index.ts';
import type { SqlArbiter } from '../../../src/coordination/arbiters/sql/arbiter.ts';
import { artifacts, type Told } from './member-process.ts';

/** Only so that a test which fails ends. */
const patienceMs = 20_000;

interface Stretch {
  readonly artifact: string;
  readonly pod: string;
  readonly token: number;
  readonly from: number;
  to: number;
}

/** Three members in processes of their own, and what they told. */
export class Fleet implements AsyncDisposable {
  readonly stretches: Stretch[] = [];
  readonly #children = new Map<string, ChildProcess>();
  readonly #events: CoordinationEventType[] = [];
  readonly #renewals = new Map<string, number>();
  #told = Promise.withResolvers<void>();

  /** Resolves when all of them hold their share. */
  static async start(arbiter: SqlArbiter, address: string, deployment: string): Promise<Fleet> {
    await foundAssignment(arbiter, Date.now(), new AbortController().signal);
    const fleet = new Fleet();
    for (const pod of ['pod-1', 'pod-2', 'pod-3']) {
      const child = fork(join(import.meta.dirname, 'member-process.ts'), [pod, address, deployment]);
      fleet.#children.set(pod, child);
      child.on('message', (told: Told) => fleet.#hear(pod, told));
    }
    await fleet.until('everything is held, in equal shares', () =>
      fleet.pods.every((pod) => fleet.heldBy(pod).length === artifacts.length / fleet.pods.length),
    );
    return fleet;
  }

  get pods(): string[] {
    return [...this.#children.keys()];
  }

  /** What is at work there at this moment, by its own word. */
  heldBy(pod: string): Stretch[] {
    return this.stretches.filter((one) => one.pod === pod && one.to === Infinity);
  }

  tokens(): Record<string, number> {
    const live = this.stretches.filter(({ to }) => to === Infinity);
    return Object.fromEntries(live.map(({ artifact, token }) => [artifact, token]));
  }

  /** Leases that were revoked or given up so far. */
  get leasesLost(): number {
    return this.#events.filter((type) => type === 'revoked' || type === 'rejoined').length;
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    const late = Promise.withResolvers<never>();
    const end = systemClock.after(patienceMs, () => late.reject(new Error(`it did not come to this: ${what}`)));
    try {
      while (!isSo()) {
        this.#told = Promise.withResolvers();
        await Promise.race([this.#told.promise, late.promise]);
      }
    } finally {
      end();
    }
  }

  /** Every process has had its lease renewed that many times from now on. */
  async untilRenewed(times: number): Promise<void> {
    const from = new Map(this.#renewals);
    await this.until(`${times} renewals by each`, () =>
      this.pods.every((pod) => (this.#renewals.get(pod) ?? 0) >= (from.get(pod) ?? 0) + times),
    );
  }

  async kill(pod: string): Promise<void> {
    const child = this.#children.get(pod)!;
    this.#children.delete(pod);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const at = systemClock.monotonic();
    for (const stretch of this.heldBy(pod)) stretch.to = at;
  }

  /** No artifact was at work in two processes at one moment, and tokens rose with every change of holder. */
  assertNeverTwice(): void {
    for (const artifact of artifacts) {
      const stretches = this.stretches.filter((one) => one.artifact === artifact).sort((a, b) => a.from - b.from);
      for (const [n, after] of stretches.entries()) {
        const before = stretches[n - 1];
        if (!before) continue;
        assert.ok(before.to <= after.from, `${artifact} was at work at ${before.pod} and ${after.pod}`);
        if (before.pod !== after.pod) assert.ok(after.token > before.token, `${artifact}: the token did not rise`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.pods.map((pod) => this.kill(pod)));
  }

  #hear(pod: string, told: Told): void {
    if (told.what === 'began')
      this.stretches.push({ artifact: told.artifact, token: told.token, pod, from: told.at, to: Infinity });
    else if (told.what === 'ended') this.heldBy(pod).find(({ artifact }) => artifact === told.artifact)!.to = told.at;
    else if (told.what === 'event') this.#events.push(told.event.type);
    else this.#renewals.set(pod, (this.#renewals.get(pod) ?? 0) + 1);
    this.#told.resolve();
  }
}
