import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqliteAddress } from './address.ts';
import type { AfterPowerFailure, Database, Result, Session, SqlValue } from './database.ts';

/** How long a call waits for another process's transaction; the thread stands still meanwhile. */
const busyMs = 2_000;

/** With a write-ahead log both survive the end of the process; FULL waits for the disk at each commit besides. */
const synchronous: Readonly<Record<AfterPowerFailure, string>> = { kept: 'FULL', 'maybe undone': 'NORMAL' };

/** A statement that waits for its turn. */
interface Change {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  readonly done: PromiseWithResolvers<Result>;
}

/**
 * A file that processes of one machine share. A message is on the disk before its store says that it has it; flows that
 * store at the same time wait for the disk together.
 */
export function createSqlite({ file }: SqliteAddress): Database {
  let connection: Connection | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Change[] = [];
  const open = async (): Promise<Connection> => {
    const { DatabaseSync: Opened } = await import('node:sqlite');
    return (connection = new Connection(new Opened(file, { timeout: busyMs })));
  };
  /** There is one connection: whatever is asked of it waits for what was asked before. */
  const inTurn = <T>(work: (connection: Connection) => Promise<T> | T): Promise<T> => {
    const turn = last.then(async () => work(connection ?? (await open())));
    last = Promise.allSettled([turn]);
    return turn;
  };
  const takeWaiting = (): readonly Change[] => {
    const changes = waiting;
    waiting = [];
    return changes;
  };
  const change = (sql: string, values: readonly SqlValue[]): Promise<Result> => {
    const done = Promise.withResolvers<Result>();
    // The turn that the first one asked for takes along whatever waits when it comes.
    if (waiting.push({ sql, values, done }) === 1)
      inTurn((one) => one.changeTogether(takeWaiting())).catch((error: unknown) => {
        for (const left of takeWaiting()) left.done.reject(error);
      });
    return done.promise;
  };
  return {
    kind: 'sqlite',
    run: (sql, values = [], after = 'kept') =>
      after === 'kept' && !isSelect(sql) ? change(sql, values) : inTurn((one) => one.run(sql, values, after)),
    transaction: (work, after = 'kept') => inTurn((one) => one.transact(work, after)),
    async close() {
      await last;
      connection?.close();
      connection = undefined;
    },
  };
}

class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #after: AfterPowerFailure = 'kept';

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous[this.#after]}`);
  }

  run(sql: string, values: readonly SqlValue[], after: AfterPowerFailure): Result {
    if (!isSelect(sql)) this.#heed(after);
    return this.#ask(sql, values);
  }

  async transact<T>(work: (session: Session) => Promise<T>, after: AfterPowerFailure): Promise<T> {
    this.#begin(after);
    try {
      const made = await work({ run: async (sql, values = []) => this.#ask(sql, values) });
      this.#database.exec('COMMIT');
      return made;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** Each by itself is done or not, as if it were alone; they wait for the disk once. */
  changeTogether(changes: readonly Change[]): void {
    try {
      this.#begin('kept');
      const told = changes.map(({ sql, values, done }) => {
        try {
          const result = this.#ask(sql, values);
          return () => done.resolve(result);
        } catch (error) {
          // Such as a full disk, which undoes the others too.
          if (!this.#database.isTransaction) throw error;
          return () => done.reject(error);
        }
      });
      this.#database.exec('COMMIT');
      for (const tell of told) tell();
    } catch (error) {
      this.#rollback();
      for (const { done } of changes) done.reject(error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #begin(after: AfterPowerFailure): void {
    this.#heed(after);
    this.#database.exec('BEGIN IMMEDIATE');
  }

  #rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  #heed(after: AfterPowerFailure): void {
    if (after === this.#after) return;
    this.#database.exec(`PRAGMA synchronous = ${synchronous[after]}`);
    this.#after = after;
  }

  #ask(sql: string, values: readonly SqlValue[]): Result {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    if (isSelect(sql)) return { rows: statement.all(...values), changed: 0 };
    return { rows: [], changed: Number(statement.run(...values).changes) };
  }
}

function isSelect(sql: string): boolean {
  return /^\s*SELECT/i.test(sql);
}
