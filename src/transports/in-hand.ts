import type { Term } from '../engine/ports.ts';

/**
 * What a subscriber was given and has not finished. The server pushes up to its prefetch limit; of that, `width` are
 * worked on at once, in the order they came. A hand-over lets what has begun finish and leaves the rest to the server;
 * a lost term aborts what has begun too.
 */
export class InHand<T> {
  readonly #width: number;
  readonly #work: (item: T, signal: AbortSignal) => Promise<void>;
  readonly #term: Term;
  readonly #waiting: T[] = [];
  readonly #lost = new AbortController();
  #begun = 0;
  #stopped = false;
  #idle = Promise.withResolvers<void>();

  /** `work` must not reject. */
  constructor(width: number, term: Term, work: (item: T, signal: AbortSignal) => Promise<void>) {
    this.#width = width;
    this.#work = work;
    this.#term = term;
    term.signal.addEventListener('abort', this.#onEnd, { once: true });
    if (term.signal.aborted) this.#onEnd();
  }

  add(item: T): void {
    if (this.#stopped) return;
    this.#waiting.push(item);
    this.#begin();
  }

  /** Begins nothing more; resolves when what has begun is finished, or at once when the term is lost. */
  async drain(): Promise<void> {
    this.#stop();
    if (this.#begun > 0 && this.#term.valid()) await this.#idle.promise;
    this.#term.signal.removeEventListener('abort', this.#onEnd);
  }

  /** The connection is gone: nothing that is in hand can be acknowledged any more. */
  abandon(reason: Error): void {
    this.#stop();
    this.#lost.abort(reason);
    this.#term.signal.removeEventListener('abort', this.#onEnd);
  }

  #onEnd = (): void => {
    this.#stop();
    if (this.#term.valid()) return;
    this.#lost.abort(new DOMException('the term is lost', 'AbortError'));
    this.#idle.resolve();
  };

  #stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
  }

  #begin(): void {
    while (this.#begun < this.#width && this.#waiting.length > 0) {
      const item = this.#waiting.shift()!;
      this.#begun++;
      void this.#work(item, this.#lost.signal).then(this.#onDone);
    }
  }

  #onDone = (): void => {
    this.#begun--;
    if (this.#begun === 0 && this.#stopped) this.#idle.resolve();
    else this.#begin();
  };
}
