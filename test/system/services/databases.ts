/**
 * The databases these tests run against: POSTGRES_URL and MYSQL_URL name servers whose user may make databases and users.
 * SERVICES_COMMAND, where there is one, pauses and kills them: `<command> pause|resume|kill|up postgres|mariadb`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { after, before } from 'node:test';
import { openSqlArbiter } from '../../../src/coordination/arbiters/sql/open.ts';
import type { SqlArbiter } from '../../../src/coordination/arbiters/sql/arbiter.ts';
import { silentLogger } from '../../../src/log.ts';

export interface Database {
  readonly kind: 'postgres' | 'mariadb';
  /** Of the server and its administrator; undefined when there is no such server here. */
  readonly server: string | undefined;
  /** Words for a skip, or false. */
  readonly absent: string | false;
  /** The same for tests that pause or kill the server. */
  readonly untouchable: string | false;
}

const command = process.env['SERVICES_COMMAND'];

function database(kind: Database['kind'], variable: string): Database {
  const server = process.env[variable];
  const absent = server === undefined && `${variable} names no server`;
  const untouchable =
    absent || (command === undefined && 'SERVICES_COMMAND names nothing that pauses and kills servers');
  return { kind, server, absent, untouchable };
}

export const databases: readonly Database[] = [database('postgres', 'POSTGRES_URL'), database('mariadb', 'MYSQL_URL')];

export interface Scratch {
  /** Of the scratch database, for the administrator. */
  readonly address: string;
  open(deployment?: string): Promise<SqlArbiter>;
  /** As the administrator, in the scratch database. */
  sql(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

let made = 0;

/** A database of one's own while a test file or suite runs. */
export function scratchDatabase({ kind, server, absent }: Database): Scratch {
  const name = `gantry_${process.pid}_${++made}`;
  const address = absent ? '' : inDatabase(server!, name);
  const opened: SqlArbiter[] = [];
  if (!absent) {
    before(() => run(kind, server!, `CREATE DATABASE ${name}`));
    after(async () => {
      for (const arbiter of opened) await arbiter.close();
      await run(kind, server!, `DROP DATABASE ${name}${kind === 'postgres' ? ' WITH (FORCE)' : ''}`);
    });
  }
  return {
    address,
    async open(deployment = 'shop') {
      const arbiter = await openSqlArbiter(address, { deployment, log: silentLogger });
      opened.push(arbiter);
      return arbiter;
    },
    sql: (statement) => run(kind, address, statement),
  };
}

/** As the administrator of the server, or whoever the address names. */
export async function run(
  kind: Database['kind'],
  address: string,
  statement: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (kind === 'postgres') {
    const client = new pg.Client(address);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }
  const connection = await mysql.createConnection(address);
  try {
    const [rows] = await connection.query(statement);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}

export function inDatabase(address: string, name: string): string {
  const url = new URL(address);
  url.pathname = `/${name}`;
  return url.href;
}

export function asUser(address: string, user: string, password: string): string {
  const url = new URL(address);
  url.username = user;
  url.password = password;
  return url.href;
}

const tries = 40;
const betweenMs = 250;

/** Only where `untouchable` is false. */
export async function service(verb: 'pause' | 'resume' | 'kill' | 'up', kind: Database['kind']): Promise<void> {
  for (let left = tries; ; left--) {
    const failed = await promisify(execFile)(command!, [verb, kind]).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed === undefined) return;
    // PostgreSQL does not start while the process that was killed has not quite gone.
    if (verb !== 'up' || left === 1) throw failed;
    await wait(betweenMs);
  }
}
