import type { MessageStore, StoredMessage } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { failureOf, type Failure } from '../../stores/dead-letter.ts';
import { backToTheirStores, into, moveMessages, moveOne, type Moved } from '../../stores/moving.ts';

export type { Moved };

/** A message as it waits. */
export interface WaitingMessage {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly contentType: string | null;
  readonly bytes: number;
  readonly body: string;
  /** Why it was set aside, if it was. */
  readonly failure?: Failure;
}

/** Something asked of stores that cannot be done; the text says why and what to do. */
export class StoreError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'StoreError';
  }
}

export interface StorePlace {
  /** The store that is acted on. Throws StoreError. */
  from(name: string): MessageStore;
  /** One that takes messages. Throws StoreError. */
  to(name: string): MessageStore;
}

/** What people do with what waits in stores, wherever these are. Every call may reject with StoreError. */
export class StoreActions {
  readonly #place: StorePlace;

  constructor(place: StorePlace) {
    this.#place = place;
  }

  count(name: string): Promise<number> {
    return this.#reach(name, (store) => store.count());
  }

  async browse(name: string, limit: number): Promise<readonly WaitingMessage[]> {
    return (await this.#reach(name, (store) => store.browse(limit))).map(shown);
  }

  purge(name: string): Promise<number> {
    return this.#reach(name, (store) => store.purge());
  }

  /** All messages, or one. */
  async move(name: string, to: string, id?: string): Promise<Moved> {
    const target = this.#place.to(to);
    if (to === name) throw new StoreError(`${name} is where they are.`);
    return this.#reach(name, (store) =>
      id === undefined ? moveMessages(store, into(target)) : moveOne(store, id, into(target)),
    );
  }

  /** Back to the stores they failed in; `to` takes those that do not say. */
  async replay(name: string, to?: string, id?: string): Promise<Moved> {
    const direct = backToTheirStores(
      (store) => (store === name ? undefined : this.#known(store)),
      to === undefined ? undefined : this.#place.to(to),
    );
    return this.#reach(name, (store) => (id === undefined ? moveMessages(store, direct) : moveOne(store, id, direct)));
  }

  /** Undefined: the message stays where it is, and is told. */
  #known(name: string): MessageStore | undefined {
    try {
      return this.#place.to(name);
    } catch {
      return undefined;
    }
  }

  async #reach<T>(name: string, work: (store: MessageStore) => Promise<T>): Promise<T> {
    try {
      return await work(this.#place.from(name));
    } catch (error) {
      if (error instanceof StoreError || !Fault.is(error)) throw error;
      throw new StoreError(error.describe());
    }
  }
}

function shown(message: StoredMessage): WaitingMessage {
  const failure = failureOf(message);
  return {
    id: message.id,
    storedAt: message.storedAt,
    contentType: message.contentType ?? null,
    bytes: message.body.length,
    body: Buffer.from(message.body).toString('utf8'),
    ...(failure && { failure }),
  };
}
