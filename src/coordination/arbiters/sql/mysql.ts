import type { Socket } from 'node:net';
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { shownAddress, type SqlAddress } from './address.ts';
import { watchByLooking } from './looking.ts';
import { table, type Answer, type Failure, type Row, type Server, type Session, type Statements } from './server.ts';
import { endWithin, overSocket } from './socket.ts';
import { networkAdvice, ReadOnly } from './trouble.ts';

type Connect = typeof import('mysql2/promise').createConnection;

const update = `UPDATE ${table} SET version = ?, value = ? WHERE deployment = ? AND \`key\` = ? AND version = ?`;

export const mysqlStatements: Statements = {
  // Names and versions are compared byte by byte, whatever the database's own collation.
  create: `CREATE TABLE IF NOT EXISTS ${table} (
  deployment VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  \`key\` VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
  PRIMARY KEY (deployment, \`key\`)
) ENGINE = InnoDB`,
  snapshot:
    `SELECT \`key\`, version, IF(\`key\` = 'assignment' AND version = ?, '', value) AS value ` +
    `FROM ${table} WHERE deployment = ?`,
  read: `SELECT version, value FROM ${table} WHERE deployment = ? AND \`key\` = ?`,
  // Not INSERT IGNORE, which would also ignore a value cut short.
  insert: `INSERT INTO ${table} (deployment, \`key\`, version, value) VALUES (?, ?, ?, ?)`,
  update,
  updateAndTell: update,
  remove: `DELETE FROM ${table} WHERE deployment = ? AND \`key\` = ? AND version = ?`,
};

/** Statements whose question marks do not stand in the order of `Statements`: where each value comes from. */
const order: Readonly<Record<string, readonly number[]>> = {
  [mysqlStatements.snapshot]: [1, 0],
  [update]: [3, 4, 0, 1, 2],
};

/**
 * - read committed: a write that waited for another sees what that one wrote, and finds its version gone
 * - a statement that nobody waits for any more does not wait for a lock for long
 * - a value that does not fit is an error
 */
const preparations = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION innodb_lock_wait_timeout = 1, autocommit = 1, sql_mode = 'STRICT_ALL_TABLES'",
];

/** MariaDB and MySQL. */
export class MysqlServer implements Server {
  readonly shown: string;
  readonly statements: Statements = mysqlStatements;
  readonly #address: SqlAddress;
  readonly #createConnection: Connect;

  static async open(address: SqlAddress): Promise<MysqlServer> {
    const { createConnection } = await import('mysql2/promise');
    return new MysqlServer(address, createConnection);
  }

  private constructor(address: SqlAddress, createConnection: Connect) {
    this.#address = address;
    this.#createConnection = createConnection;
    this.shown = shownAddress(address);
  }

  connect(signal: AbortSignal): Promise<Session> {
    const { host, port, user, password, database, tls } = this.#address;
    return overSocket(signal, async (socket) => {
      socket.setNoDelay(true).setKeepAlive(true).connect(port, host);
      const connection = await this.#createConnection({
        host,
        port,
        user,
        password: password ?? '',
        database,
        // Without verifyIdentity a good certificate of any other host would do.
        ...(tls ? { ssl: { ...tls, verifyIdentity: tls.rejectUnauthorized } } : {}),
        stream: socket,
        connectTimeout: 0,
      });
      const session = new MysqlSession(connection, socket);
      for (const preparation of preparations) await connection.query(preparation);
      const [rows] = await connection.query<RowDataPacket[]>('SELECT @@global.read_only AS readonly');
      if (rows[0]?.['readonly']) throw new ReadOnly();
      return session;
    });
  }

  watch(deployment: string, wake: () => void): () => void {
    return watchByLooking(this, deployment, wake);
  }

  failureOf(error: unknown): Failure {
    switch (numberOf(error)) {
      case 1146:
        return 'no-table';
      case 1050:
      case 1062:
        return 'exists';
      default:
        return 'other';
    }
  }

  explain(error: unknown): Error {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    // The driver says nothing but a code about a connection that was refused.
    return new Error(
      `MariaDB/MySQL at ${this.shown}: ${message || code || String(error)}. ${this.#advice(error)}`.trim(),
      {
        cause: error,
      },
    );
  }

  #advice(error: unknown): string {
    const { user, database } = this.#address;
    if (error instanceof ReadOnly) return 'Members must reach the primary; name its address, or one that follows it.';
    switch (numberOf(error)) {
      case 1045:
        return `Check user and password in the arbiter's address.`;
      case 1044:
        return `Give it the right: GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON ${database}.* TO '${user}'@'...'`;
      case 1049:
        return `Make it: CREATE DATABASE ${database}`;
      case 1142:
        return (
          `The table ${table} is missing or closed to ${user}. ` +
          `Give it the right to make it (GRANT CREATE ON ${database}.${table} TO '${user}'@'...'), or make it and ` +
          `GRANT SELECT, INSERT, UPDATE, DELETE ON ${database}.${table} TO '${user}'@'...':\n${mysqlStatements.create}`
        );
      case 1040:
      case 1203:
        return 'Each process needs up to three connections; raise max_connections (or max_user_connections).';
      case 3159:
        return 'Add ?sslmode=verify-full to the address.';
      case 1665:
        return 'Set binlog_format to ROW or MIXED.';
      case 1205:
      case 1213:
        return 'Somebody holds locks on that table for long: look for other users of it.';
      case 1290:
      case 1836:
        return 'Members must reach the primary; name its address, or one that follows it.';
      default:
        return networkAdvice((error as { readonly code?: string } | undefined)?.code ?? '');
    }
  }
}

function numberOf(error: unknown): number | undefined {
  return (error as { readonly errno?: number } | undefined)?.errno;
}

class MysqlSession implements Session {
  alive = true;
  readonly #connection: Connection;
  readonly #socket: Socket;

  constructor(connection: Connection, socket: Socket) {
    this.#connection = connection;
    this.#socket = socket;
    connection.on('error', () => this.destroy());
    socket.once('close', () => (this.alive = false));
  }

  async ask(statement: string, values: readonly string[]): Promise<Answer> {
    const inOrder = order[statement]?.map((index) => values[index]!) ?? [...values];
    const [found] = await this.#connection.execute<RowDataPacket[] | ResultSetHeader>(statement, inOrder);
    return Array.isArray(found)
      ? { rows: found as unknown as readonly Row[], count: found.length }
      : { rows: [], count: found.affectedRows };
  }

  destroy(): void {
    this.alive = false;
    this.#socket.destroy();
  }

  async end(): Promise<void> {
    this.alive = false;
    await endWithin(this.#socket, () => this.#connection.end());
  }
}
