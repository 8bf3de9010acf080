import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqliteAddress } from './address.ts';
import type { Database, Result, Session, SqlValue } from './database.ts';

/** How long a call waits for another process's transaction; the thread stands still meanwhile. */
const busyMs = 2_000;

/** A file that processes of one machine share. A message is on the disk before its store says that it has it. */
export function createSqlite({ file }: SqliteAddress): Database {
  let opened: DatabaseSync | undefined;
  const going: { transaction?: Promise<unknown> | undefined } = {};
  const statements = new Map<string, StatementSync>();
  const open = async (): Promise<DatabaseSync> => {
    const { DatabaseSync: Opened } = await import('node:sqlite');
    if (opened) return opened;
    opened = new Opened(file, { timeout: busyMs });
    opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    return opened;
  };
  const run = (database: DatabaseSync, sql: string, values: readonly SqlValue[]): Result => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(sql)));
    if (/^\s*SELECT/i.test(sql)) return { rows: statement.all(...values), changed: 0 };
    return { rows: [], changed: Number(statement.run(...values).changes) };
  };
  /** There is one connection: nothing else is asked of it while a transaction goes on. */
  const alone = async (): Promise<DatabaseSync> => {
    const database = await open();
    while (going.transaction) await going.transaction;
    return database;
  };
  const transact = async <T>(database: DatabaseSync, work: (session: Session) => Promise<T>): Promise<T> => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const made = await work({ run: async (sql, values = []) => run(database, sql, values) });
      database.exec('COMMIT');
      return made;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  return {
    kind: 'sqlite',
    run: async (sql, values = []) => run(await alone(), sql, values),
    async transaction(work) {
      const database = await alone();
      const working = transact(database, work);
      const over = Promise.allSettled([working]);
      going.transaction = over;
      try {
        return await working;
      } finally {
        if (going.transaction === over) going.transaction = undefined;
      }
    },
    async close() {
      await going.transaction;
      statements.clear();
      opened?.close();
      opened = undefined;
    },
  };
}
