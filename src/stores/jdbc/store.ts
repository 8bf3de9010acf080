import type { Holder, MessageStore, StoredMessage } from '../../engine/ports.ts';
import { HandedOut } from './handed-out.ts';
import type { JdbcTable, StoredRow } from './table.ts';

/** Messages in a table of a database, oldest first: any number of replicas store, one at a time takes. */
export class JdbcStore implements MessageStore {
  readonly name: string;
  readonly durability = 'durable';
  readonly #table: JdbcTable;
  #handedOut = new HandedOut([]);

  constructor(name: string, table: JdbcTable) {
    this.name = name;
    this.#table = table;
  }

  put(message: StoredMessage, by?: Holder): Promise<void> {
    return this.#table.ask(by, (session) => this.#table.insert(session, message));
  }

  async peek(): Promise<StoredMessage | undefined> {
    return (await this.peekMany(1))[0];
  }

  async peekMany(limit: number): Promise<readonly StoredMessage[]> {
    const found = await this.#oldest(limit);
    this.#handedOut = new HandedOut(found);
    return found.map(({ message }) => message);
  }

  async peekMore(limit: number): Promise<readonly StoredMessage[]> {
    const handedOut = this.#handedOut;
    const found = await this.#oldest(limit, handedOut.last);
    handedOut.add(found);
    return found.map(({ message }) => message);
  }

  async remove(id: string, by?: Holder): Promise<boolean> {
    return (await this.removeMany([id], by)) > 0;
  }

  async removeMany(ids: readonly string[], by?: Holder): Promise<number> {
    const handedOut = this.#handedOut;
    const { places, unknown } = handedOut.take(ids);
    let removed = 0;
    try {
      if (places.length > 0) removed = await this.#table.remove(places, by);
      handedOut.forget(places);
      for (const id of unknown) removed += await this.#table.ask(by, (session) => this.#table.delete(session, id));
      return removed;
    } catch (error) {
      handedOut.giveBack(places);
      throw error;
    }
  }

  count(): Promise<number> {
    return this.#table.ask(undefined, (session) => this.#table.count(session));
  }

  async browse(limit: number): Promise<readonly StoredMessage[]> {
    return (await this.#oldest(limit)).map(({ message }) => message);
  }

  purge(): Promise<number> {
    return this.#table.ask(undefined, (session) => this.#table.deleteAll(session));
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  #oldest(limit: number, after?: number): Promise<readonly StoredRow[]> {
    return this.#table.ask(undefined, (session) => this.#table.select(session, 'indexId', limit, after));
  }
}
