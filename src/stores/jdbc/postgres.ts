import type { Pool as Pools } from 'pg';
import type { ServerAddress } from './address.ts';
import { answerMs, connections, connectMs, type Database, type Login, type Result, type SqlValue } from './database.ts';

/** Pool and driver come with the first call. A connection that failed is not used again. */
export function createPostgres(address: ServerAddress, { user, password }: Login): Database {
  let pool: Promise<Pools> | undefined;
  const open = async (): Promise<Pools> => {
    const { Pool } = await import('pg');
    const opened = new Pool({
      host: address.host,
      port: address.port,
      database: address.database,
      user,
      password,
      max: connections,
      connectionTimeoutMillis: connectMs,
      query_timeout: answerMs,
      keepAlive: true,
      application_name: 'gantry',
      ssl: address.tls === 'none' ? false : { rejectUnauthorized: address.tls === 'verified' },
    });
    // Without it the end of an idle connection would end the process; the next call opens another one.
    opened.on('error', () => {});
    return opened;
  };
  const reach = (): Promise<Pools> => (pool ??= open());
  return {
    kind: 'postgres',
    run: async (sql, values = []) => resultOf(await (await reach()).query(numbered(sql), bound(values))),
    async transaction(work) {
      const client = await (await reach()).connect();
      let failure: Error | undefined;
      // A connection that breaks while nothing is asked of it says so by an event.
      const broken = (error: Error): void => void (failure = error);
      client.on('error', broken);
      try {
        await client.query('BEGIN');
        const made = await work({
          run: async (sql, values = []) => resultOf(await client.query(numbered(sql), bound(values))),
        });
        await client.query('COMMIT');
        return made;
      } catch (error) {
        failure ??= error as Error;
        await client.query('ROLLBACK').then(
          () => (failure = undefined),
          () => {},
        );
        throw error;
      } finally {
        client.off('error', broken);
        client.release(failure);
      }
    },
    async close() {
      const opened = await pool;
      pool = undefined;
      await opened?.end();
    },
  };
}

/** PostgreSQL numbers its values: $1, $2. */
function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll('?', () => `$${++n}`);
}

function bound(values: readonly SqlValue[]): unknown[] {
  return values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
}

function resultOf({ rows, rowCount }: { rows: readonly object[]; rowCount: number | null }): Result {
  return { rows: rows as Result['rows'], changed: rowCount ?? 0 };
}
