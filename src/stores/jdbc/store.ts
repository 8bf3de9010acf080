import type { Holder, MessageStore, StoredMessage } from '../../engine/ports.ts';
import type { Clock } from '../../clock.ts';
import { ReadAhead } from './read-ahead.ts';
import type { JdbcTable, StoredRow } from './table.ts';

/** Messages in a table of a database, oldest first: any number of replicas store, one at a time takes. */
export class JdbcStore implements MessageStore {
  readonly name: string;
  readonly durability = 'durable';
  readonly #table: JdbcTable;
  /** Rows of the messages that were handed out last, so that just these are removed. */
  #handedOut: ReadonlyMap<string, number> = new Map();

  readonly #ahead: ReadAhead;

  constructor(name: string, table: JdbcTable, clock: Clock) {
    this.name = name;
    this.#table = table;
    this.#ahead = new ReadAhead(clock);
  }

  put(message: StoredMessage, by?: Holder): Promise<void> {
    return this.#table.ask(by, (session) => this.#table.insert(session, message));
  }

  async peek(): Promise<StoredMessage | undefined> {
    if (!this.#ahead.head) this.#ahead.fill(await this.#oldest(this.#ahead.limit));
    const { head } = this.#ahead;
    this.#handedOut = new Map(head && [[head.message.id, head.place]]);
    return head?.message;
  }

  async peekMany(limit: number): Promise<readonly StoredMessage[]> {
    const found = await this.#oldest(limit);
    this.#handedOut = new Map(found.map(({ place, message }) => [message.id, place]));
    return found.map(({ message }) => message);
  }

  async remove(id: string, by?: Holder): Promise<boolean> {
    const isRemoved = await this.#table.remove(this.#handedOut.get(id) ?? id, by);
    this.#ahead.removed(id, isRemoved);
    return isRemoved;
  }

  /** Whoever takes next may find other messages. */
  async release(): Promise<void> {
    this.#ahead.forget();
  }

  count(): Promise<number> {
    return this.#table.ask(undefined, (session) => this.#table.count(session));
  }

  async browse(limit: number): Promise<readonly StoredMessage[]> {
    return (await this.#oldest(limit)).map(({ message }) => message);
  }

  purge(): Promise<number> {
    this.#ahead.forget();
    return this.#table.ask(undefined, (session) => this.#table.deleteAll(session));
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  #oldest(limit: number): Promise<readonly StoredRow[]> {
    return this.#table.ask(undefined, (session) => this.#table.select(session, 'indexId', limit));
  }
}
