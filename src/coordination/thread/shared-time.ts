/**
 * A moment on the process's monotonic clock that two threads can read at any instant.
 *
 *   8 bytes   whole microseconds, signed; the smallest number there is means -Infinity
 *
 * An integer and Atomics, because only they promise that no reader ever sees half of a write. Microseconds are cut off,
 * so that a shared end of validity is never later than the real one.
 */
const never: bigint = -(2n ** 63n);

export class SharedTime {
  readonly memory: SharedArrayBuffer;
  readonly #cell: BigInt64Array<SharedArrayBuffer>;

  /** On memory that the other thread made, or on its own. A new one is -Infinity. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(8);
    this.#cell = new BigInt64Array(this.memory);
    if (!memory) this.set(-Infinity);
  }

  get(): number {
    const micros = Atomics.load(this.#cell, 0);
    return micros === never ? -Infinity : Number(micros) / 1e3;
  }

  set(ms: number): void {
    Atomics.store(this.#cell, 0, ms === -Infinity ? never : BigInt(Math.floor(ms * 1e3)));
  }
}
