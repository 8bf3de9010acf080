import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqliteAddress } from './address.ts';
import type { Database, Result, Session, SqlValue } from './database.ts';

/** How long a call waits for another process's transaction; the thread stands still meanwhile. */
const busyMs = 2_000;

/** A file that processes of one machine share. A message is on the disk before its store says that it has it. */
export function createSqlite({ file }: SqliteAddress): Database {
  let opened: DatabaseSync | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const statements = new Map<string, StatementSync>();
  const open = async (): Promise<DatabaseSync> => {
    const { DatabaseSync: Opened } = await import('node:sqlite');
    opened ??= new Opened(file, { timeout: busyMs });
    opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    return opened;
  };
  const run = (database: DatabaseSync, sql: string, values: readonly SqlValue[]): Result => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(sql)));
    if (/^\s*SELECT/i.test(sql)) return { rows: statement.all(...values), changed: 0 };
    return { rows: [], changed: Number(statement.run(...values).changes) };
  };
  /** There is one connection: whatever is asked of it waits for what was asked before. */
  const inTurn = <T>(work: (database: DatabaseSync) => Promise<T> | T): Promise<T> => {
    const turn = last.then(async () => work(opened ?? (await open())));
    last = Promise.allSettled([turn]);
    return turn;
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
    run: (sql, values = []) => inTurn((database) => run(database, sql, values)),
    transaction: (work) => inTurn((database) => transact(database, work)),
    async close() {
      await last;
      statements.clear();
      opened?.close();
      opened = undefined;
    },
  };
}
