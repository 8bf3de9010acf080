import type { Clock } from '../../clock.ts';
import { fromStored } from '../../engine/stored.ts';
import type { Holder, MessageStore, StoredMessage } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Expression } from '../../expressions/expression.ts';
import type { Environment } from '../../message/environment.ts';
import type { JdbcTable } from '../jdbc/table.ts';
import type { Session } from '../jdbc/database.ts';
import { lastTable } from '../jdbc/schema.ts';
import { isNext } from './order.ts';

export interface ResequenceOptions {
  readonly name: string;
  /** Where a message has its number. */
  readonly idPath: Expression;
  /** How long a gap is waited for, milliseconds; undefined: for ever. */
  readonly timeoutMs: number | undefined;
  readonly environment: Environment;
  readonly clock: Clock;
}

/**
 * A table whose messages come out in the order of their own numbers. The last number taken is in the database, and moves
 * in the transaction that removes the message. Source: Synapse ResequenceMessageStore.
 */
export class ResequenceStore implements MessageStore {
  readonly durability = 'durable';
  readonly #o: ResequenceOptions;
  readonly #table: JdbcTable;
  #head: { readonly id: string; readonly place: number; readonly sequence: number } | undefined;
  /** Since when the number after `last` is missing. */
  #gap: { readonly last: number; readonly since: number } | undefined;

  constructor(table: JdbcTable, options: ResequenceOptions) {
    this.#table = table;
    this.#o = options;
  }

  get name(): string {
    return this.#o.name;
  }

  async put(message: StoredMessage, by?: Holder): Promise<void> {
    const number = await this.#numberOf(message);
    await this.#table.ask(by, (session) => this.#table.insert(session, message, number));
  }

  async peek(): Promise<StoredMessage | undefined> {
    const { found, last } = await this.#table.ask(undefined, async (session) => ({
      last: await this.#last(session),
      found: (await this.#table.select(session, 'seq_id, indexId', 1))[0],
    }));
    const now = this.#o.clock.monotonic();
    if (this.#gap?.last !== last) this.#gap = { last, since: now };
    if (!found) this.#gap = undefined;
    const { timeoutMs } = this.#o;
    const gapMs = this.#gap ? now - this.#gap.since : 0;
    if (!found || !isNext({ last, lowest: found.sequence, gapMs, timeoutMs })) return undefined;
    this.#head = { id: found.message.id, place: found.place, sequence: found.sequence };
    return found.message;
  }

  remove(id: string, by?: Holder): Promise<boolean> {
    const head = this.#head?.id === id ? this.#head : undefined;
    const work = async (session: Session): Promise<boolean> => {
      const isRemoved = (await this.#table.delete(session, head ? [head.place] : id)) > 0;
      if (isRemoved && head) await this.#moveLast(session, head.sequence);
      return isRemoved;
    };
    return this.#table.askTogether(by, work, 'maybe undone');
  }

  count(): Promise<number> {
    return this.#table.ask(undefined, (session) => this.#table.count(session));
  }

  async browse(limit: number): Promise<readonly StoredMessage[]> {
    const found = await this.#table.ask(undefined, (session) => this.#table.select(session, 'seq_id, indexId', limit));
    return found.map(({ message }) => message);
  }

  purge(): Promise<number> {
    return this.#table.ask(undefined, (session) => this.#table.deleteAll(session));
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  async #numberOf(stored: StoredMessage): Promise<number> {
    const { idPath, environment, name } = this.#o;
    const message = fromStored(stored, environment);
    await message.body.load();
    const text = idPath.text(message).trim();
    const number = Number(text);
    if (text !== '' && Number.isSafeInteger(number) && number > 0) return number;
    throw new Fault('STORE_REFUSED', {
      text: `store ${name}: ${idPath.source} gives "${text}", and a sequence number is a whole number of at least 1.`,
    });
  }

  async #last(session: Session): Promise<number> {
    const { rows } = await session.run(`SELECT seq_id AS last FROM ${lastTable} WHERE statement = ?`, [this.name]);
    return rows[0] ? Number(rows[0]['last']) : 0;
  }

  async #moveLast(session: Session, to: number): Promise<void> {
    const last = await this.#last(session);
    if (to <= last) return;
    const { changed } = await session.run(`UPDATE ${lastTable} SET seq_id = ? WHERE statement = ?`, [to, this.name]);
    if (changed === 0) await session.run(`INSERT INTO ${lastTable} (statement, seq_id) VALUES (?, ?)`, [this.name, to]);
  }
}
