/**
 * The body of an answer while it arrives: pushed by the connection, pulled by whoever reads the message.
 * It asks the connection to pause when more waits than `highWater`, so that a slow client slows the backend down.
 */
export class ResponseStream implements AsyncIterableIterator<Uint8Array> {
  readonly #waiting: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;
  #paused = false;
  #pull: ((result: IteratorResult<Uint8Array>) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  readonly #resume: () => void;
  readonly #abort: (reason: Error) => void;
  readonly #highWater: number;

  constructor(resume: () => void, abort: (reason: Error) => void, highWater: number = 64 * 1024) {
    this.#resume = resume;
    this.#abort = abort;
    this.#highWater = highWater;
  }

  /** False asks the connection to pause until resume. */
  push(chunk: Uint8Array): boolean {
    if (this.#pull) {
      const pull = this.#pull;
      this.#pull = undefined;
      pull({ done: false, value: chunk });
      return true;
    }
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    this.#paused = this.#bytes >= this.#highWater;
    return !this.#paused;
  }

  end(): void {
    this.#ended = true;
    this.#pull?.({ done: true, value: undefined });
    this.#pull = undefined;
  }

  fail(error: Error): void {
    this.#error = error;
    this.#ended = true;
    if (this.#pull) this.#fail!(error);
    this.#pull = undefined;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#waiting.shift();
    if (chunk) {
      this.#bytes -= chunk.length;
      if (this.#paused && this.#bytes < this.#highWater / 2) {
        this.#paused = false;
        this.#resume();
      }
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#pull = resolve;
      this.#fail = reject;
    });
  }

  /** The reader stops before the end: what is small and has arrived costs nothing, anything else ends the connection. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#ended) this.#abort(new DOMException('nobody reads the answer', 'AbortError'));
    this.#waiting.length = 0;
    this.#ended = true;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
