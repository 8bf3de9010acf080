import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { settledWithin } from '../deadline.ts';
import { Lease, type KeepLease } from '../lease.ts';
import type { ArbiterPlace, FromThread, Reach, ThreadData, ToThread } from './messages.ts';
import { SharedTime } from './shared-time.ts';
import { ThreadLease } from './thread-lease.ts';

declare const GANTRY_RENEWAL_THREAD: string | undefined;

/** Beside the bundle, which says its name; a source file when the sources run directly. */
const program: string = join(
  import.meta.dirname,
  typeof GANTRY_RENEWAL_THREAD === 'string' ? GANTRY_RENEWAL_THREAD : 'program.ts',
);

/** It keeps a few small records. The limits are for its garbage, not for its needs. */
const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 64 };

const firstRestartMs = 100;
/** Ends that often in a row, each soon after its start, and something is wrong that restarting does not repair. */
const restartLimit = 4;
const soonMs = 60_000;
const closeLimitMs = 500;

export interface RenewalThreadOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Renews this process's leases from a thread of its own, so that a busy main loop does not lose them. When the thread
 * ends, so does its lease; the next one is kept by a new thread, or on the main loop when threads keep ending.
 */
export class RenewalThread implements AsyncDisposable {
  readonly #options: RenewalThreadOptions;
  readonly #aliveAt = new SharedTime();
  readonly #leases = new Map<string, ThreadLease>();
  readonly #closed = Promise.withResolvers<void>();
  #arbiter: ArbiterPlace | undefined;
  #worker: Worker | undefined;
  #restarts = 0;
  #sign: { readonly timer: NodeJS.Timeout; readonly everyMs: number } | undefined;
  #cancelRestart: (() => void) | undefined;
  /** No thread will come any more. */
  #givenUp = false;

  /** Starts the thread at once, so that it is there when it is needed. */
  constructor(options: RenewalThreadOptions) {
    this.#options = options;
    this.#start();
  }

  /** Tells the thread where the arbiter is; to be called once, before the first lease. */
  reach(arbiter: ArbiterPlace): void {
    this.#arbiter = arbiter;
    this.#send({ type: 'reach', arbiter });
  }

  /** For MemberOptions.keepLease. */
  readonly keepLease: KeepLease = (options) => {
    if (this.#givenUp) return new Lease(options);
    this.#showLife(options.timings.stallMs);
    const lease = new ThreadLease(options, () => {
      this.#leases.set(lease.boot, lease);
      if (this.#worker) lease.give((message) => this.#send(message));
    });
    return lease;
  };

  /** To be called when the member has stopped. */
  async close(): Promise<void> {
    this.#givenUp = true;
    this.#cancelRestart?.();
    clearInterval(this.#sign?.timer);
    const worker = this.#worker;
    if (!worker) return;
    const hasKept = this.#sign !== undefined;
    this.#send({ type: 'close' });
    if (hasKept) await settledWithin(this.#options.clock, closeLimitMs, this.#closed.promise);
    this.#worker = undefined;
    await worker.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(): void {
    const { clock } = this.#options;
    const data: ThreadData = { aliveAt: this.#aliveAt.memory };
    this.#aliveAt.set(clock.monotonic());
    const startedAt = clock.monotonic();
    const worker = new Worker(program, { workerData: data, resourceLimits, execArgv: [], name: 'renewals' });
    let reason: string | undefined;
    worker.on('message', (message: FromThread) => this.#hear(message));
    worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', (code) => {
      if (this.#worker === worker) this.#lost(reason ?? `it ended with ${code}`, clock.monotonic() - startedAt);
    });
    this.#worker = worker;
    if (this.#arbiter) this.reach(this.#arbiter);
    for (const lease of this.#leases.values()) lease.give((message) => this.#send(message));
  }

  #send(message: Reach | ToThread): void {
    this.#aliveAt.set(this.#options.clock.monotonic());
    this.#worker?.postMessage(message);
  }

  #hear(message: FromThread): void {
    if (message.type === 'log') this.#options.log.log(message.level, message.text);
    else if (message.type === 'closed') this.#closed.resolve();
    else {
      this.#leases.get(message.boot)?.hear(message);
      if (message.type === 'released') this.#leases.delete(message.boot);
    }
  }

  #lost(why: string, livedMs: number): void {
    const { clock, log } = this.#options;
    this.#worker = undefined;
    if (livedMs > soonMs) this.#restarts = 0;
    this.#restarts++;
    // A pipe was closed with the thread that had opened it.
    this.#givenUp = this.#arbiter?.at === 'pipe' || this.#restarts > restartLimit;
    const waitMs = firstRestartMs * 2 ** (this.#restarts - 1);
    const next = this.#givenUp
      ? 'leases are renewed on the main loop from now on; a step that keeps it busy for long loses them'
      : `the next one starts in ${waitMs} ms`;
    log.error(`RENEWAL_THREAD the thread that renews the lease ended: ${why}; ${next}`);
    if (this.#givenUp) clearInterval(this.#sign?.timer);
    else this.#cancelRestart = clock.after(waitMs, () => this.#start());
    const abandoned = [...this.#leases.values()];
    this.#leases.clear();
    for (const lease of abandoned) lease.abandon(`the thread that renewed it ended: ${why}`);
  }

  /** Tells the thread again and again that the main loop has turns. */
  #showLife(stallMs: number): void {
    const everyMs = Math.min(1_000, stallMs / 10);
    if (this.#sign && this.#sign.everyMs <= everyMs) return;
    clearInterval(this.#sign?.timer);
    const timer = setInterval(() => this.#aliveAt.set(this.#options.clock.monotonic()), everyMs);
    timer.unref();
    this.#sign = { timer, everyMs };
  }
}
