import type { Clock } from '../clock.ts';
import type { Arbiter, Version } from './arbiter.ts';
import { withDeadline } from './deadline.ts';
import { afterRenewal, type RenewalDecision, type RenewalFacts, type RenewalResult } from './decide/renew.ts';
import { memberKey, type MemberRecord } from './records.ts';
import type { Timings } from './timings.ts';

/**
 * What a member needs of whoever keeps its lease alive. The one below renews on the process's own event loop; one that
 * renews from a worker thread, and so survives a busy loop, has the same face (`validUntil` then lives in shared memory).
 */
export interface LeaseKeeper {
  readonly boot: string;
  /** Own monotonic milliseconds up to which this process may act; -Infinity before the first accepted renewal. */
  readonly validUntil: number;
  start(): void;
  /** Shows from now on that this member takes nothing new. */
  drain(): void;
  /** Ends the lease at once on this side: nothing is valid any more. */
  end(): void;
  /** Ends it and deletes the record, so that others need not wait. Rejects when the arbiter cannot be reached. */
  release(signal: AbortSignal): Promise<void>;
}

export interface LeaseOptions {
  readonly arbiter: Arbiter;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly record: MemberRecord;
  /** Every decision about a renewal, and how long the answer took. */
  readonly onRenewal: (decision: RenewalDecision, latencyMs: number) => void;
  /** Called before each step that follows a wait; false says that the process overslept and the lease must not go on. */
  readonly onAwake: () => boolean;
  /** Replaced only where the checker of the invariants is itself under test. */
  readonly decide?: ((facts: RenewalFacts) => RenewalDecision) | undefined;
}

/** Keeps one member record alive: one renewal at a time, each sent `renewMs` after the one before was. */
export class Lease implements LeaseKeeper {
  readonly #options: LeaseOptions;
  readonly #life = new AbortController();
  #record: MemberRecord;
  #version: Version | undefined;
  #validUntil = -Infinity;
  #hurry: (() => void) | undefined;
  /** Something changed while a renewal was on its way: the next one follows at once. */
  #hurried = false;
  #loop: Promise<void> | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#record = options.record;
  }

  get boot(): string {
    return this.#record.boot;
  }

  get validUntil(): number {
    return this.#life.signal.aborted ? -Infinity : this.#validUntil;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  drain(): void {
    this.#record = { ...this.#record, state: 'draining' };
    this.#hurried = true;
    this.#hurry?.();
  }

  end(): void {
    this.#life.abort(new DOMException('the lease has ended', 'AbortError'));
    this.#hurry?.();
  }

  async release(signal: AbortSignal): Promise<void> {
    this.end();
    await this.#loop;
    const { arbiter, clock, timings } = this.#options;
    const key = memberKey(this.boot);
    await withDeadline(clock, timings.requestMs, signal, async (inner) => {
      if (this.#version !== undefined && (await arbiter.remove(key, this.#version, inner))) return;
      // The last renewal's answer never came: the record has a version this side does not know.
      const found = await arbiter.read(key, inner);
      if (found) await arbiter.remove(key, found.version, inner);
    });
  }

  async #run(): Promise<void> {
    const { clock, timings, onAwake, onRenewal } = this.#options;
    const { signal } = this.#life;
    while (!signal.aborted) {
      const sentAt = clock.monotonic();
      const result = await this.#renew();
      if (signal.aborted || !onAwake()) return;
      const answeredAt = clock.monotonic();
      const { leaseMs, marginMs, renewMs } = timings;
      const facts = { result, sentAt, answeredAt, validUntil: this.#validUntil, leaseMs, marginMs };
      const decision = (this.#options.decide ?? afterRenewal)(facts);
      let nextAt = sentAt + renewMs;
      if (decision.next === 'extend') {
        this.#version = decision.version;
        this.#validUntil = decision.validUntil;
      } else if (decision.next === 'adopt') {
        this.#version = decision.version;
        nextAt = answeredAt;
      } else if (decision.next === 'again') {
        nextAt = Math.max(answeredAt, sentAt + renewMs / 2);
      }
      onRenewal(decision, answeredAt - sentAt);
      if (decision.next === 'rejoin') return this.end();
      if (signal.aborted || !(await this.#pause(this.#hurried ? 0 : nextAt - clock.monotonic()))) return;
      this.#hurried = false;
      if (!onAwake()) return;
    }
  }

  async #renew(): Promise<RenewalResult> {
    const { arbiter, clock, timings } = this.#options;
    const key = memberKey(this.boot);
    this.#record = { ...this.#record, beat: this.#record.beat + 1 };
    try {
      return await withDeadline(clock, timings.requestMs, this.#life.signal, async (signal): Promise<RenewalResult> => {
        const version = await arbiter.swap(key, this.#record, this.#version, signal);
        if (version !== undefined) return { kind: 'accepted', version };
        const found = await arbiter.read(key, signal);
        return { kind: 'conflict', found };
      });
    } catch (error) {
      return { kind: 'unknown', error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** False when the lease ended meanwhile. */
  #pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (): void => {
        cancel();
        this.#hurry = undefined;
        resolve(!this.#life.signal.aborted);
      };
      const cancel = this.#options.clock.after(Math.max(0, ms), go);
      this.#hurry = go;
    });
  }
}
