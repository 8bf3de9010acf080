import type { Clock } from '../../../clock.ts';

/**
 * Requests that arrived while no replica was ready. They wait, first come first served, for a bounded time and in a
 * bounded number: a crash and restart of the only replica is a delay for its clients, not an error.
 */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #seats: number;
  readonly #patienceMs: number;
  readonly #waiting: Set<() => void> = new Set();

  constructor(clock: Clock, seats: number, patienceMs: number) {
    this.#clock = clock;
    this.#seats = seats;
    this.#patienceMs = patienceMs;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** True when room() was called in time; false when it is full, time is up, or the client has gone. */
  wait(sinceMs: number, gone: AbortSignal): Promise<boolean> {
    const left = this.#patienceMs - (this.#clock.monotonic() - sinceMs);
    if (this.#waiting.size >= this.#seats || left <= 0 || gone.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = (admitted: boolean): void => {
        cancel();
        gone.removeEventListener('abort', give);
        this.#waiting.delete(admit);
        resolve(admitted);
      };
      const admit = (): void => leave(true);
      const give = (): void => leave(false);
      const cancel = this.#clock.after(left, give);
      gone.addEventListener('abort', give, { once: true });
      this.#waiting.add(admit);
    });
  }

  /** A replica became ready: everyone who waits may try. */
  room(): void {
    for (const admit of this.#waiting) admit();
  }
}
