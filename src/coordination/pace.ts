/**
 * How often something may happen: `burst` times at once, and once each `spacingMs` in the long run. Made for claims, so
 * that a process with many schedules costs the arbiter no more writes than its renewals do.
 */
export class Pace {
  readonly #spacingMs: number;
  readonly #burst: number;
  /** When the last use would have happened had all uses been evenly spaced. */
  #paidUntil = -Infinity;

  constructor(spacingMs: number, burst: number) {
    this.#spacingMs = spacingMs;
    this.#burst = burst;
  }

  /** The earliest time for the next use, on the clock of `use`. */
  get nextAt(): number {
    return this.#paidUntil - (this.#burst - 1) * this.#spacingMs;
  }

  use(now: number): void {
    this.#paidUntil = Math.max(this.#paidUntil, now) + this.#spacingMs;
  }
}
