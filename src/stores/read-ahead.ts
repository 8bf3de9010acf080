import type { Clock } from '../clock.ts';
import type { MessageStore, StoredMessage } from '../engine/ports.ts';

/** What others did to the store since is not seen for so long. */
const freshMs = 500;
const mostMessages = 32;
const mostBytes = 256 * 1024;

/**
 * The oldest messages, read together by whoever takes one after the other; when half of them are passed, those after
 * them are read meanwhile. A store that hands out no more before it knows of the last one is asked for each.
 *
 * What comes after the last one was never handed out before. Who reads from the beginning, as must be now and then since
 * flows that store at the same time may end in another order than they began, must have removed all that was passed.
 */
export class ReadAhead {
  readonly #clock: Clock;
  #messages: readonly StoredMessage[] = [];
  /** From the beginning. */
  #readAt = 0;
  /** How many to read, so that large ones are not all held in memory: as many as the last ones say. */
  #limit = 1;
  /** As many came as were asked for. */
  #mayBeMore = false;
  #more: Promise<readonly StoredMessage[]> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined: `more`, or else it must be read from the beginning. */
  get next(): StoredMessage | undefined {
    return this.#clock.monotonic() - this.#readAt < freshMs ? this.#messages[0] : undefined;
  }

  /** The next one when those after the last one have come, if they were asked for. */
  async more(): Promise<StoredMessage | undefined> {
    const more = this.#messages.length === 0 ? this.#more : undefined;
    const messages = await more;
    if (messages && this.#more === more) this.#take(messages);
    return this.next;
  }

  async readFromBeginning(store: MessageStore): Promise<StoredMessage | undefined> {
    if (!store.peekMany || !store.peekMore) return store.peek();
    this.forget();
    this.#take(await store.peekMany(this.#limit));
    this.#readAt = this.#clock.monotonic();
    return this.#messages[0];
  }

  /** The next one is dealt with. */
  pass(store: MessageStore): void {
    this.#messages = this.#messages.slice(1);
    if (!this.#mayBeMore || this.#more || this.#messages.length * 2 > this.#limit) return;
    // What fails here fails again when it is read from the beginning, and is told then.
    this.#more = store.peekMore?.(this.#limit).catch(() => []);
  }

  /** Others took messages, or may have. */
  forget(): void {
    this.#messages = [];
    this.#more = undefined;
    this.#mayBeMore = false;
  }

  #take(messages: readonly StoredMessage[]): void {
    this.#messages = messages;
    this.#more = undefined;
    this.#mayBeMore = messages.length === this.#limit;
    const bytes = Math.max(1, ...messages.map(({ body }) => body.length));
    this.#limit = Math.max(1, Math.min(mostMessages, Math.floor(mostBytes / bytes)));
  }
}
