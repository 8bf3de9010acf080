import type { Holder, MessageStore, StoredMessage } from '../../engine/ports.ts';
import type { JdbcAddress } from './address.ts';
import type { Database, Session } from './database.ts';
import { passFence } from './fence.ts';
import { createFence, createMessages } from './schema.ts';
import { fromBytes, toBytes } from './stored-bytes.ts';
import { troubleWith } from './trouble.ts';

export interface JdbcStoreOptions {
  readonly name: string;
  readonly address: JdbcAddress;
  readonly table: string;
  /** Makes the table when it is missing. */
  readonly creates: boolean;
}

/** msg_id is that long. */
const idLength = 200;

/** Messages in a table of a database, oldest first: any number of replicas store, one at a time takes. */
export class JdbcStore implements MessageStore {
  readonly durability = 'durable';
  readonly #o: JdbcStoreOptions;
  readonly #database: Database;
  /** Rows of the messages that were handed out last, so that just these are removed. */
  #handedOut: ReadonlyMap<string, number> = new Map();
  #prepared: Promise<void> | undefined;

  constructor(database: Database, options: JdbcStoreOptions) {
    this.#database = database;
    this.#o = options;
  }

  get name(): string {
    return this.#o.name;
  }

  put(message: StoredMessage, by?: Holder): Promise<void> {
    return this.#ask(by, async (session) => {
      await session.run(`INSERT INTO ${this.#o.table} (msg_id, message) VALUES (?, ?)`, [
        message.id.slice(0, idLength),
        toBytes(message),
      ]);
    });
  }

  async peek(): Promise<StoredMessage | undefined> {
    return (await this.peekMany(1))[0];
  }

  async peekMany(limit: number): Promise<readonly StoredMessage[]> {
    const found = await this.#oldest(limit);
    this.#handedOut = new Map(found.map(([index, message]) => [message.id, index]));
    return found.map(([, message]) => message);
  }

  remove(id: string, by?: Holder): Promise<boolean> {
    const index = this.#handedOut.get(id);
    const { table } = this.#o;
    return this.#ask(by, async (session) => {
      const { changed } =
        index === undefined
          ? await session.run(`DELETE FROM ${table} WHERE msg_id = ?`, [id.slice(0, idLength)])
          : await session.run(`DELETE FROM ${table} WHERE indexId = ?`, [index]);
      return changed > 0;
    });
  }

  async count(): Promise<number> {
    const { rows } = await this.#ask(undefined, (session) =>
      session.run(`SELECT COUNT(*) AS waiting FROM ${this.#o.table}`),
    );
    return Number(rows[0]!['waiting']);
  }

  async browse(limit: number): Promise<readonly StoredMessage[]> {
    return (await this.#oldest(limit)).map(([, message]) => message);
  }

  async purge(): Promise<number> {
    return (await this.#ask(undefined, (session) => session.run(`DELETE FROM ${this.#o.table}`))).changed;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #oldest(limit: number): Promise<readonly (readonly [index: number, message: StoredMessage])[]> {
    const { name, table } = this.#o;
    const { rows } = await this.#ask(undefined, (session) =>
      session.run(
        `SELECT indexId AS place, message AS message FROM ${table} ORDER BY indexId LIMIT ${Math.trunc(limit)}`,
      ),
    );
    return rows.map((row) => {
      const where = `store ${name}: the row with indexId ${String(row['place'])} of ${table}`;
      return [Number(row['place']), fromBytes(row['message'] as Uint8Array, where)] as const;
    });
  }

  /** What a holder does and that it may are one transaction; everyone else's single statement is one by itself. */
  async #ask<T>(by: Holder | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    const { name, table, address } = this.#o;
    try {
      await (this.#prepared ??= this.#prepare());
      if (!by) return await work(this.#database);
      return await this.#database.transaction(async (session) => {
        await passFence(session, this.#database.kind, { name, table }, by);
        return work(session);
      });
    } catch (error) {
      this.#prepared = undefined;
      throw troubleWith(name, address, error, `${createMessages(this.#database.kind, table)};\n${createFence()};`);
    }
  }

  async #prepare(): Promise<void> {
    const { creates, table } = this.#o;
    if (creates) await this.#database.run(createMessages(this.#database.kind, table));
    // Ours; who may not make it finds out how when a holder first needs it.
    await this.#database.run(createFence()).catch(() => {});
  }
}
