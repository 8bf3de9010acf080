import Pool from 'undici/lib/dispatcher/pool.js';
import type { Clock } from '../../../clock.ts';

/**
 * - ready: takes requests
 * - quiet: gave no sign of life for too long (frozen, or its event loop is blocked); takes none until it does
 * - draining: finishes what it has
 * - gone: its process has ended
 */
export type UpstreamState = 'ready' | 'quiet' | 'draining' | 'gone';

/** A request that is with a replica now. */
export interface Passenger {
  /** Leaves a replica that went quiet, if it may be repeated elsewhere; true when it left. */
  leave(): boolean;
}

/** One replica process as the balancer sees it: a keep-alive pool, what is in flight on it, and its state. */
export class Upstream {
  readonly name: string;
  readonly origin: string;
  /** False: an isolated pod that takes no requests; it is only watched. */
  readonly serves: boolean;
  readonly pool: Pool;
  readonly inFlight: Set<Passenger> = new Set();
  state: UpstreamState = 'ready';
  /** Requests given to it in its life. */
  taken = 0;
  /** By the monotonic clock: when it last sent a byte, or was given its first request after being idle. */
  lastSign: number;
  #idle: (() => void)[] = [];
  #closed: Promise<void> | undefined;

  constructor(name: string, origin: string, serves: boolean, clock: Clock) {
    this.name = name;
    this.origin = origin;
    this.serves = serves;
    this.lastSign = clock.monotonic();
    this.pool = new Pool(origin, {
      pipelining: 1,
      // A connection is dropped before Node's server (5 s) would drop it: a request written to a connection the
      // replica is just closing would be lost.
      keepAliveTimeout: 3_000,
      keepAliveMaxTimeout: 3_000,
      // How long an answer takes is the flow's business, not the balancer's.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: 2_000 },
      maxHeaderSize: 128 * 1024,
    });
  }

  board(passenger: Passenger, now: number): void {
    if (this.inFlight.size === 0) this.lastSign = now;
    this.inFlight.add(passenger);
    this.taken++;
  }

  alight(passenger: Passenger): void {
    if (!this.inFlight.delete(passenger) || this.inFlight.size > 0) return;
    for (const wake of this.#idle.splice(0)) wake();
  }

  /** Resolves when nothing is in flight any more. */
  idle(): Promise<void> {
    if (this.inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Closes the connections; whatever is still in flight breaks off. */
  close(): Promise<void> {
    this.#closed ??= this.pool.destroy();
    return this.#closed;
  }
}
