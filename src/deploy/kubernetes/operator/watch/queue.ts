import type { Clock } from '../../../../clock.ts';
import type { Key } from '../names.ts';

export interface QueueOptions {
  readonly clock: Clock;
  /** Resolves to when it wants to be called again; undefined: when something changes. Rejects: later, and ever later. */
  readonly work: (key: Key) => Promise<number | undefined>;
  readonly onFailure: (key: Key, error: unknown, againMs: number) => void;
  /** So many at once. */
  readonly width: number;
  /** Changes come in bursts: so long they are gathered. */
  readonly gatherMs: number;
}

const firstRetryMs = 250;
const longestRetryMs = 30_000;

/** Each key is worked on by one worker at a time, and again when it was named meanwhile. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #due = new Map<Key, { readonly at: number; readonly cancel: () => void }>();
  readonly #ready = new Set<Key>();
  readonly #busy = new Map<Key, Promise<void>>();
  readonly #named = new Set<Key>();
  readonly #failures = new Map<Key, number>();
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#ready.size + this.#busy.size;
  }

  add(key: Key, afterMs: number = this.#options.gatherMs): void {
    const { clock, gatherMs } = this.#options;
    if (this.#closed || this.#ready.has(key)) return;
    if (this.#busy.has(key) && afterMs <= gatherMs) {
      this.#named.add(key);
      return;
    }
    const at = clock.monotonic() + afterMs;
    const due = this.#due.get(key);
    // The earlier call is the one that counts, so that a stream of changes does not put it off.
    if (due !== undefined && due.at <= at) return;
    due?.cancel();
    const cancel = clock.after(afterMs, () => {
      this.#due.delete(key);
      this.#ready.add(key);
      this.#next();
    });
    this.#due.set(key, { at, cancel });
  }

  /** Takes no more, and waits for what is in hand. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#due.values()) cancel();
    this.#due.clear();
    this.#ready.clear();
    await Promise.all(this.#busy.values());
  }

  #next(): void {
    for (const key of this.#ready) {
      if (this.#closed || this.#busy.size >= this.#options.width) return;
      if (this.#busy.has(key)) continue;
      this.#ready.delete(key);
      this.#busy.set(key, this.#work(key));
    }
  }

  async #work(key: Key): Promise<void> {
    let again: number | undefined;
    try {
      again = await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      again = Math.min(longestRetryMs, firstRetryMs * 2 ** failures);
      if (!this.#closed) this.#options.onFailure(key, error, again);
    }
    this.#busy.delete(key);
    if (this.#named.delete(key)) this.add(key);
    else if (again !== undefined) this.add(key, again);
    this.#next();
  }
}
