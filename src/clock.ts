/** Time as a dependency: decisions take a clock, tests turn a virtual one. */
export interface Clock {
  /** Milliseconds on a clock that never goes back and does not count from any date. */
  monotonic(): number;
  /** Milliseconds since 1970 by the machine's clock; may jump. For what people and cron read. */
  wall(): number;
  /** Resolves after that many milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after that many milliseconds; the returned function takes it back. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's own clock. Timers beyond 24 days are split, because Node's fire at once. */
export const systemClock: Clock = {
  // One origin for all threads of the process, as shared memory needs it: performance.now() may start anew in each.
  // Both take some 55 ns.
  monotonic() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  wall: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const cancel = systemClock.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  after(ms, callback) {
    const longest = 2 ** 31 - 1;
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      timer = setTimeout(() => (left > longest ? arm(left - longest) : callback()), Math.min(left, longest));
    };
    arm(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is turned. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #wallOffset: number;
  #timers: { at: number; order: number; callback: () => void }[] = [];
  #order = 0;

  constructor(start = 0, wallOffset = 1_700_000_000_000) {
    this.#now = start;
    this.#wallOffset = wallOffset;
  }

  monotonic(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#wallOffset;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const cancel = this.after(ms, resolve);
      signal?.addEventListener(
        'abort',
        () => {
          cancel();
          reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Turns the clock, firing what falls due in order; promises settle between two timers. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}
