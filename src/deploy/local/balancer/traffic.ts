import type { Clock } from '../../../clock.ts';

/** What passed the balancer so far; the numbers only rise, but for the last three. */
export interface TrafficCount {
  readonly requests: number;
  /** Answered by the balancer itself with 502 or 503, or cut while answering. */
  readonly failed: number;
  /** Of the failed: a replica was lost that may have processed them. */
  readonly lostInFlight: number;
  /** Given to a second replica because the first surely had not processed them. */
  readonly retried: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Over the last five whole seconds at most. */
  readonly perSecond: number;
}

const seconds = 5;

/** Counts requests, and their rate over the last whole seconds. */
export class Traffic {
  requests = 0;
  failed = 0;
  lostInFlight = 0;
  retried = 0;
  inFlight = 0;
  waiting = 0;
  readonly #clock: Clock;
  readonly #buckets: number[] = Array.from({ length: seconds + 1 }, () => 0);
  readonly #first: number;
  #newest: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#first = this.#newest = this.#second();
  }

  begin(): void {
    this.requests++;
    this.inFlight++;
    this.#turn();
    const slot = this.#newest % this.#buckets.length;
    this.#buckets[slot] = (this.#buckets[slot] ?? 0) + 1;
  }

  end(): void {
    this.inFlight--;
  }

  count(): TrafficCount {
    const { requests, failed, lostInFlight, retried, inFlight, waiting } = this;
    return { requests, failed, lostInFlight, retried, inFlight, waiting, perSecond: this.#perSecond() };
  }

  #perSecond(): number {
    this.#turn();
    const whole = Math.min(seconds, this.#newest - this.#first);
    if (whole === 0) return this.#buckets[this.#newest % this.#buckets.length] ?? 0;
    let sum = 0;
    for (let back = 1; back <= whole; back++) sum += this.#buckets[(this.#newest - back) % this.#buckets.length] ?? 0;
    return sum / whole;
  }

  #second(): number {
    // Shifted so that looking back never meets a negative number.
    return Math.floor(this.#clock.monotonic() / 1000) + seconds + 1;
  }

  #turn(): void {
    const now = this.#second();
    const steps = Math.min(now - this.#newest, this.#buckets.length);
    for (let step = 0; step < steps; step++) this.#buckets[(now - step) % this.#buckets.length] = 0;
    this.#newest = now;
  }
}
