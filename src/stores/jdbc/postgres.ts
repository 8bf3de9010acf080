import type { Pool as Pools, QueryConfig, QueryResult } from 'pg';
import { digestOf } from '../../digest.ts';
import type { ServerAddress } from './address.ts';
import { isStatementLost } from './trouble.ts';
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
  const statements = new Statements(address.prepares);
  const ask = async (on: Asked, sql: string, values: readonly SqlValue[] = []): Promise<Result> =>
    resultOf(await on.query({ ...statements.of(sql, values), values: bound(values) }));
  return {
    kind: 'postgres',
    async run(sql, values) {
      try {
        return await ask(await reach(), sql, values);
      } catch (error) {
        if (!statements.lostBy(error)) throw error;
        return ask(await reach(), sql, values);
      }
    },
    async transaction(work) {
      const client = await (await reach()).connect();
      let failure: Error | undefined;
      // A connection that breaks while nothing is asked of it says so by an event.
      const broken = (error: Error): void => void (failure = error);
      client.on('error', broken);
      try {
        await client.query('BEGIN');
        const made = await work({ run: (sql, values) => ask(client, sql, values) });
        await client.query('COMMIT');
        return made;
      } catch (error) {
        failure ??= error as Error;
        statements.lostBy(error);
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

/** A pool, or one of its connections. */
interface Asked {
  query(query: QueryConfig): Promise<QueryResult>;
}

/**
 * PostgreSQL numbers the values of a statement: $1, $2. One that is known by a name is parsed once in each connection;
 * the name says what is in it, so that programs behind one pooler never take each other's for their own.
 */
class Statements {
  readonly #known = new Map<string, { readonly text: string; readonly name?: string }>();
  #named: boolean;

  constructor(named: boolean) {
    this.#named = named;
  }

  of(sql: string, values: readonly SqlValue[]): { readonly text: string; readonly name?: string } {
    let known = this.#known.get(sql);
    if (!known) {
      let n = 0;
      const text = sql.replaceAll('?', () => `$${++n}`);
      known = this.#named && values.length > 0 ? { text, name: `gantry_${digestOf([text]).slice(0, 32)}` } : { text };
      this.#known.set(sql, known);
    }
    return known;
  }

  /** A pooler that keeps no statements between transactions leads to another connection: from now on none has a name. */
  lostBy(error: unknown): boolean {
    if (!isStatementLost(error)) return false;
    this.#named = false;
    this.#known.clear();
    return true;
  }
}

function bound(values: readonly SqlValue[]): unknown[] {
  return values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
}

function resultOf({ rows, rowCount }: { rows: readonly object[]; rowCount: number | null }): Result {
  return { rows: rows as Result['rows'], changed: rowCount ?? 0 };
}
