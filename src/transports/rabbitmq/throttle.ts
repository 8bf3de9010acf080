export interface ThrottleRules {
  /**
   * - fixed_interval: one message after the other, evenly over the unit
   * - batch: as quickly as they can be processed, then none until the unit is over
   */
  readonly mode: 'fixed_interval' | 'batch';
  readonly unit: 'minute' | 'hour' | 'day';
  readonly count: number;
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Which message may be taken when; it outlives connections. Source: WSO2 MI, proxy-level throttling of RabbitMQ. */
export class Throttle {
  readonly #most: number;
  readonly #windowMs: number;
  #begun = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor({ mode, unit, count }: ThrottleRules) {
    // At a fixed interval is a batch of one.
    [this.#most, this.#windowMs] = mode === 'batch' ? [count, unitMs[unit]] : [1, unitMs[unit] / count];
  }

  /** 0: the message may be taken, and is counted. Otherwise after how many milliseconds to ask again. */
  take(now: number): number {
    if (now >= this.#begun + this.#windowMs) {
      this.#begun = now;
      this.#taken = 0;
    }
    if (this.#taken >= this.#most) return this.#begun + this.#windowMs - now;
    this.#taken++;
    return 0;
  }
}
