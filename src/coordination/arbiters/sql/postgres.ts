import type { Socket } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { Client as Driver } from 'pg';
import { shownAddress, type SqlAddress } from './address.ts';
import { channel, watchByListening } from './listening.ts';
import { table, type Answer, type Failure, type Row, type Server, type Session, type Statements } from './server.ts';
import { endWithin, overSocket } from './socket.ts';
import { codeOf, networkAdvice, ReadOnly } from './trouble.ts';

// What writes also tells in the same statement, so nobody can hear of what did not happen.
const telling = (write: string): string =>
  `WITH written AS (${write} RETURNING 1) SELECT pg_notify('${channel}', $1) FROM written`;

const update = `UPDATE ${table} SET version = $4, value = $5 WHERE deployment = $1 AND key = $2 AND version = $3`;

export const postgresStatements: Statements = {
  // Room in each page: a renewal then stays in its page and touches no index.
  create: `CREATE TABLE IF NOT EXISTS ${table} (
  deployment varchar(128) NOT NULL,
  key varchar(190) NOT NULL,
  version varchar(100) NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (deployment, key)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`,
  snapshot:
    `SELECT key, version, CASE WHEN key = 'assignment' AND version = $2 THEN '' ELSE value END AS value ` +
    `FROM ${table} WHERE deployment = $1`,
  read: `SELECT version, value FROM ${table} WHERE deployment = $1 AND key = $2`,
  insert: telling(
    `INSERT INTO ${table} (deployment, key, version, value) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
  ),
  update,
  updateAndTell: telling(update),
  remove: telling(`DELETE FROM ${table} WHERE deployment = $1 AND key = $2 AND version = $3`),
};

/**
 * - read committed: a write that waited for another sees what that one wrote, and finds its version gone
 * - a statement that nobody waits for any more does not float for long
 * - an answered write must survive a crash of the server, so what would answer earlier is put right
 */
const preparation = `
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET statement_timeout = 1000;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS readonly`;

export class PostgresServer implements Server {
  readonly shown: string;
  readonly statements: Statements = postgresStatements;
  readonly #address: SqlAddress;
  readonly #driver: typeof Driver;

  static async open(address: SqlAddress): Promise<PostgresServer> {
    const { Client } = await import('pg');
    return new PostgresServer(address, Client);
  }

  private constructor(address: SqlAddress, driver: typeof Driver) {
    this.#address = address;
    this.#driver = driver;
    this.shown = shownAddress(address);
  }

  connect(signal: AbortSignal): Promise<Session> {
    return this.listen(signal, () => {});
  }

  /** A connection that also hears what is told on the channels it listens to. */
  listen(signal: AbortSignal, heard: (payload: string | undefined) => void): Promise<PostgresSession> {
    const { host, port, user, password, database, tls } = this.#address;
    return overSocket(signal, async (socket) => {
      const client = new this.#driver({
        host,
        port,
        user,
        password,
        database,
        // By its own the driver would look for "localhost" in the certificate of a host that is named by its number.
        ssl: tls ? { ...tls, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) } : false,
        stream: () => socket,
        keepAlive: true,
        application_name: 'gantry',
      });
      const session = new PostgresSession(client, socket);
      client.on('notification', ({ payload }) => heard(payload));
      await client.connect();
      const answers = (await client.query(preparation)) as unknown as readonly { rows: { readonly?: boolean }[] }[];
      if (answers.at(-1)?.rows[0]?.readonly) throw new ReadOnly();
      return session;
    });
  }

  watch(deployment: string, wake: () => void): () => void {
    return watchByListening(this, deployment, wake);
  }

  failureOf(error: unknown): Failure {
    switch (codeOf(error)) {
      case '42P01':
        return 'no-table';
      case '23505': // also told to who makes a table at the same time as another
      case '42P07':
        return 'exists';
      case '40001':
        return 'lost-race';
      default:
        return 'other';
    }
  }

  explain(error: unknown): Error {
    const text = error instanceof Error ? error.message || codeOf(error) : String(error);
    return new Error(`PostgreSQL at ${this.shown}: ${text}. ${this.#advice(error)}`.trim(), { cause: error });
  }

  #advice(error: unknown): string {
    const { user, database, tls } = this.#address;
    const code = codeOf(error);
    if (error instanceof ReadOnly) return 'Members must reach the primary; name its address, or one that follows it.';
    switch (code) {
      case '28P01':
        return `Check user and password in the arbiter's address.`;
      case '28000':
        return tls
          ? 'The server lets nobody in from here by that way: see its pg_hba.conf.'
          : 'If the server asks for encryption, add ?sslmode=verify-full to the address; else see its pg_hba.conf.';
      case '3D000':
        return `Make it: CREATE DATABASE "${database}"`;
      case '42501':
        return (
          `The table ${table} is missing or closed to ${user}. Give it the right to make it ` +
          `(GRANT CREATE ON SCHEMA public TO "${user}"), or make it and ` +
          `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO "${user}":\n${postgresStatements.create}`
        );
      case '53300':
        return 'Each process needs up to three connections; raise max_connections, or use a database of its own.';
      case '57P03':
        return 'It is starting or stopping; members go on when it is back.';
      case '57014':
        return 'The statement waited for a lock or the disk too long: look for long transactions on that table.';
      case undefined:
        return tls === undefined && /SSL|encrypt/i.test(String(error))
          ? 'Add ?sslmode=verify-full to the address.'
          : '';
      default:
        return networkAdvice(code);
    }
  }
}

export class PostgresSession implements Session {
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  alive = true;
  readonly #client: Driver;
  readonly #socket: Socket;

  constructor(client: Driver, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    // A broken connection also fails the statement under way; this is for one that breaks between two.
    client.on('error', () => this.destroy());
    const gone = new AbortController();
    this.gone = gone.signal;
    socket.once('close', () => {
      this.alive = false;
      gone.abort();
    });
  }

  async ask(statement: string, values: readonly string[]): Promise<Answer> {
    const { rows, rowCount } = await this.#client.query<Row>(statement, [...values]);
    return { rows, count: rowCount ?? 0 };
  }

  destroy(): void {
    this.alive = false;
    this.#socket.destroy();
  }

  async end(): Promise<void> {
    this.alive = false;
    await endWithin(this.#socket, () => this.#client.end());
  }
}
