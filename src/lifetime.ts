/**
 * The end of something that lives long: stop taking, finish what is in hand, abort the rest at the deadline.
 * Stopping twice, or before starting, is fine.
 */
export class Lifetime implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #inHand = new Set<Promise<unknown>>();
  readonly #closers: (() => void | Promise<void>)[] = [];
  #stopping: Promise<void> | undefined;

  /** Aborted when the deadline of stop() has passed: whatever still runs must end now. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopped(): boolean {
    return this.#stopping !== undefined;
  }

  /** Work that stop() waits for. Its failure must be handled by whoever started it; here it only counts as ended. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#inHand.add(work);
    const forget = (): void => {
      this.#inHand.delete(work);
    };
    work.then(forget, forget);
    return work;
  }

  /** Something to close first, newest first: a listener, a timer, a connection. */
  onStop(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  get inHand(): number {
    return this.#inHand.size;
  }

  /** Closes what was registered, waits for work in hand, aborts it after `deadlineMs`. */
  stop(deadlineMs = 10_000): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs);
    return this.#stopping;
  }

  async #stop(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(new DOMException('stopped', 'AbortError')), deadlineMs);
    try {
      for (const close of this.#closers.toReversed()) await close();
      while (this.#inHand.size > 0) await Promise.allSettled(this.#inHand);
    } finally {
      clearTimeout(timer);
      this.#abort.abort(new DOMException('stopped', 'AbortError'));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
