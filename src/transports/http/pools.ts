import type { ConnectionOptions } from 'node:tls';
import type { Pool as UndiciPool } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';

export interface PoolOptions {
  /** Milliseconds a connection may take to be made. */
  readonly connectTimeoutMs: number;
  /** Milliseconds an idle connection is kept when the server says nothing. */
  readonly keepAliveMs: number;
  /** Origins that are kept at one time; the one unused for longest goes first. */
  readonly origins: number;
}

/** The connections to one origin. */
export interface OriginPool {
  readonly pool: UndiciPool;
  /** Connections made so far; when it has not risen, a request went over one that was kept. */
  connects: number;
}

/** Connections that stay open, per origin; as many as there are requests at one time. */
export class Pools {
  readonly #pools = new Map<string, OriginPool>();
  readonly #options: PoolOptions;
  /** For connections over TLS that are made from now on. */
  secure: ConnectionOptions = {};
  readonly #closing = new Set<Promise<void>>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  for(origin: string): OriginPool {
    const found = this.#pools.get(origin);
    if (found) return found;
    const { connectTimeoutMs, keepAliveMs, origins } = this.#options;
    const pool = new Pool(origin, {
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: 600_000,
      connect: { ...this.secure, timeout: connectTimeoutMs, keepAlive: true } as NonNullable<
        UndiciPool.Options['connect']
      >,
      // Our own timers are exact; undici's are coarse.
      headersTimeout: 0,
      maxHeaderSize: 64 * 1024,
    });
    const made: OriginPool = { pool, connects: 0 };
    pool.on('connect', () => made.connects++);
    this.#pools.set(origin, made);
    if (this.#pools.size > origins) this.#forget(made);
    return made;
  }

  /** Ends idle connections at once and the others with their answers; whatever is left at the deadline is cut. */
  async close(deadlineMs: number): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    const timer = setTimeout(() => pools.forEach(({ pool }) => void pool.destroy()), deadlineMs);
    await Promise.allSettled([...pools.map(({ pool }) => pool.close()), ...this.#closing]);
    clearTimeout(timer);
  }

  /** A flow that computes host names must not fill the memory with pools. */
  #forget(newest: OriginPool): void {
    for (const [origin, made] of this.#pools) {
      const { pool } = made;
      if (made === newest) continue;
      const { running, pending, queued } = pool.stats;
      if (running + pending + queued > 0) continue;
      this.#pools.delete(origin);
      const closing = pool.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
      return;
    }
  }
}
