import type { Holder, StoredMessage } from '../../engine/ports.ts';
import type { JdbcAddress } from './address.ts';
import type { AfterPowerFailure, Database, Session } from './database.ts';
import { heldStill, passFence } from './fence.ts';
import { createFence, createLast, createMessages } from './schema.ts';
import { fromBytes, toBytes } from './stored-bytes.ts';
import { isMadeMeanwhile, isUndone, troubleWith } from './trouble.ts';

export interface JdbcTableOptions {
  /** Of the store. */
  readonly name: string;
  readonly address: JdbcAddress;
  readonly table: string;
  /** Makes the table when it is missing. */
  readonly creates: boolean;
  /** Its messages have numbers of their own. */
  readonly isSequenced: boolean;
}

/** A row as it is read. */
export interface StoredRow {
  /** indexId. */
  readonly place: number;
  /** seq_id; 0 where there is none. */
  readonly sequence: number;
  readonly message: StoredMessage;
}

/** The last one is repeated up to a power of two: few statements, which databases and drivers know again. */
function padded(places: readonly number[]): readonly number[] {
  const size = 2 ** Math.ceil(Math.log2(places.length));
  return Array.from({ length: size }, (_, i) => places[Math.min(i, places.length - 1)]!);
}

function among(places: readonly number[]): string {
  return `indexId IN (${padded(places)
    .map(() => '?')
    .join(', ')})`;
}

/** msg_id is that long. */
const idLength = 200;
/** Of a transaction that the database undoes because of another one. */
const tries = 5;

/** The statements of a message table, and the way every one of them is asked. */
export class JdbcTable {
  readonly #o: JdbcTableOptions;
  readonly #database: Database;
  #prepared: Promise<void> | undefined;

  constructor(database: Database, options: JdbcTableOptions) {
    this.#database = database;
    this.#o = options;
  }

  /** What a holder does and that it may are one transaction; everyone else's single statement is one by itself. */
  ask<T>(by: Holder | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    return by ? this.askTogether(by, work) : this.#reach(() => work(this.#database));
  }

  /** All of `work` or nothing. */
  askTogether<T>(
    by: Holder | undefined,
    work: (session: Session) => Promise<T>,
    after: AfterPowerFailure = 'kept',
  ): Promise<T> {
    return this.#insist(() =>
      this.#database.transaction(async (session) => {
        if (by) await passFence(session, this.#database.kind, this.#o, by);
        return work(session);
      }, after),
    );
  }

  async insert(session: Session, message: StoredMessage, sequence?: number): Promise<void> {
    const values = [message.id.slice(0, idLength), toBytes(message)];
    const { table } = this.#o;
    if (sequence === undefined) await session.run(`INSERT INTO ${table} (msg_id, message) VALUES (?, ?)`, values);
    else await session.run(`INSERT INTO ${table} (msg_id, message, seq_id) VALUES (?, ?, ?)`, [...values, sequence]);
  }

  /** `after`: only those with a higher place. */
  async select(session: Session, order: string, limit: number, after?: number): Promise<readonly StoredRow[]> {
    const { name, table, isSequenced } = this.#o;
    const { rows } = await session.run(
      `SELECT indexId AS place, ${isSequenced ? 'seq_id' : '0'} AS sequence, message AS message FROM ${table} ` +
        `${after === undefined ? '' : 'WHERE indexId > ? '}ORDER BY ${order} LIMIT ${Math.trunc(limit)}`,
      after === undefined ? [] : [after],
    );
    return rows.map(({ place, sequence, message }) => ({
      place: Number(place),
      sequence: Number(sequence),
      message: fromBytes(message as Uint8Array, `store ${name}: the row with indexId ${Number(place)} of ${table}`),
    }));
  }

  /**
   * Removes messages that were dealt with, by their places; how many were there. As long as the same holder goes on, that
   * it may is part of the one statement; power that fails before it is on the disk brings them once more, under the same
   * keys.
   */
  async remove(places: readonly number[], by: Holder | undefined): Promise<number> {
    let removed = 0;
    if (by) {
      const { sql, values } = heldStill(this.#database.kind, this.#o.table, by);
      const all = `DELETE FROM ${this.#o.table} WHERE ${among(places)} AND ${sql}`;
      removed = (await this.#insist(() => this.#database.run(all, [...padded(places), ...values], 'maybe undone')))
        .changed;
      if (removed === places.length) return removed;
    }
    // Some are gone, or the holder is another one than last time, or is so no longer.
    return removed + (await this.ask(by, (session) => this.delete(session, places)));
  }

  /** By their places, or by an id; how many were there. */
  async delete(session: Session, which: readonly number[] | string): Promise<number> {
    const { table } = this.#o;
    const { changed } =
      typeof which === 'string'
        ? await session.run(`DELETE FROM ${table} WHERE msg_id = ?`, [which.slice(0, idLength)])
        : await session.run(`DELETE FROM ${table} WHERE ${among(which)}`, padded(which));
    return changed;
  }

  async count(session: Session): Promise<number> {
    const { rows } = await session.run(`SELECT COUNT(*) AS waiting FROM ${this.#o.table}`);
    return Number(rows[0]!['waiting']);
  }

  async deleteAll(session: Session): Promise<number> {
    return (await session.run(`DELETE FROM ${this.#o.table}`)).changed;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** What the database undoes because of somebody else is done again. */
  #insist<T>(work: () => Promise<T>): Promise<T> {
    return this.#reach(async () => {
      for (let left = tries; ; left--) {
        try {
          return await work();
        } catch (error) {
          if (left === 1 || !isUndone(error)) throw error;
        }
      }
    });
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    const { name, address } = this.#o;
    try {
      await (this.#prepared ??= this.#prepare());
      return await work();
    } catch (error) {
      this.#prepared = undefined;
      throw troubleWith(name, address, error, this.#statements.map((statement) => `${statement};`).join('\n'));
    }
  }

  get #statements(): readonly string[] {
    const { table, isSequenced } = this.#o;
    const messages = createMessages(this.#database.kind, table, isSequenced);
    return [messages, ...(isSequenced ? [createLast()] : []), createFence()];
  }

  async #prepare(): Promise<void> {
    if (this.#o.creates) for (const statement of this.#statements) await this.#make(statement);
    // Ours; who may not make it finds out how when a holder first needs it.
    else await this.#make(createFence()).catch(() => {});
  }

  async #make(statement: string): Promise<void> {
    try {
      await this.#database.run(statement);
    } catch (error) {
      if (!isMadeMeanwhile(error)) throw error;
    }
  }
}
