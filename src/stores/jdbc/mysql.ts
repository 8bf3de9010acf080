import type { Pool, PoolConnection } from 'mysql2/promise';
import type { ServerAddress } from './address.ts';
import { answerMs, connections, connectMs, type Database, type Login, type Result, type SqlValue } from './database.ts';

/** What does not fit is an error, not cut off; a row that is missing locks no gap. */
const preparations = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES', autocommit = 1",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** MariaDB and MySQL. Pool and driver come with the first call. A connection that failed is not used again. */
export function createMysql(address: ServerAddress, { user, password }: Login): Database {
  let pool: Promise<Pool> | undefined;
  const prepared = new WeakSet<object>();
  const open = async (): Promise<Pool> => {
    const { createPool } = await import('mysql2/promise');
    const { host, port, database, tls } = address;
    return createPool({
      host,
      port,
      database,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      connectionLimit: connections,
      connectTimeout: connectMs,
      enableKeepAlive: true,
      ...(tls === 'none'
        ? {}
        : { ssl: { rejectUnauthorized: tls === 'verified', verifyIdentity: tls === 'verified' } }),
    });
  };
  const onConnection = async <T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
    const connection = await (await (pool ??= open())).getConnection();
    try {
      // The pool hands out a new wrapper each time; what is prepared is the connection inside.
      if (!prepared.has(connection.connection)) {
        for (const sql of preparations) await ask(connection, sql);
        prepared.add(connection.connection);
      }
      const made = await work(connection);
      connection.release();
      return made;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };
  return {
    kind: 'mysql',
    run: (sql, values = []) => onConnection((connection) => ask(connection, sql, values)),
    transaction: (work) =>
      onConnection(async (connection) => {
        await ask(connection, 'START TRANSACTION');
        // What fails ends with its connection, and so is rolled back.
        const made = await work({ run: (sql, values = []) => ask(connection, sql, values) });
        await ask(connection, 'COMMIT');
        return made;
      }),
    async close() {
      const opened = await pool;
      pool = undefined;
      await opened?.end();
    },
  };
}

async function ask(connection: PoolConnection, sql: string, values: readonly SqlValue[] = []): Promise<Result> {
  const [answer] = await connection.query({ sql, timeout: answerMs, values: values.map(bound) });
  if (Array.isArray(answer)) return { rows: answer as unknown as Result['rows'], changed: 0 };
  return { rows: [], changed: answer.affectedRows };
}

function bound(value: SqlValue): string | number | Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
