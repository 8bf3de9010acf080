/**
 * Records in a file, for a supervisor that wants to find them again, or for processes that share one machine.
 *
 *   records/<deployment>   key (member/<boot> | assignment), version, value (JSON)
 *   counter                one row: the last version given; it is never taken back, so no version comes twice
 *
 * Every call is one short transaction on the caller's thread. The assignment is on the disk before its write is
 * answered, because tokens must not fall after a power cut; leases need not be.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import type { OpenedArbiter, Snapshot, SnapshotOptions, Version, Versioned } from '../arbiter.ts';
import type { ArbiterContext } from '../open-arbiter.ts';
import type { Assignment, MemberRecord, RecordAt, RecordKey } from '../records.ts';
import { isNews } from './news.ts';

export interface SqliteArbiterOptions {
  /** Which records of the file: [a-z0-9-]. */
  readonly deployment?: string;
  readonly clock?: Clock;
  /** How long a call waits for another process's transaction, milliseconds. The thread stands still meanwhile. */
  readonly busyMs?: number;
  /** How often it looks for writes of other processes while someone watches, milliseconds. */
  readonly lookMs?: number;
}

interface Row {
  readonly key: string;
  readonly version: number;
  readonly value: string;
}

/** `address`: sqlite:FILE */
export async function openSqliteArbiter(address: string, { deployment }: ArbiterContext): Promise<SqliteArbiter> {
  const file = address.slice('sqlite:'.length);
  if (file === '') throw new Error('The address "sqlite:" names no file: write sqlite:FILE');
  try {
    return new SqliteArbiter(file, { deployment });
  } catch (error) {
    throw new Error(`The arbiter's file ${file} cannot be opened: ${(error as Error).message}`, { cause: error });
  }
}

export class SqliteArbiter implements OpenedArbiter {
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly #clock: Clock;
  readonly #lookMs: number;
  readonly #watchers = new Set<() => void>();
  #stopLooking: (() => void) | undefined;

  /** `file`: a path, or ":memory:". The file is made when it is missing. */
  constructor(file: string, options: SqliteArbiterOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#lookMs = options.lookMs ?? 50;
    this.#table = `"records/${options.deployment ?? 'gantry'}"`;
    this.#database = new DatabaseSync(file, { timeout: options.busyMs ?? 200 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS ${this.#table} (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS counter (last INTEGER NOT NULL);
      INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);
    `);
  }

  async snapshot({ signal, known }: SnapshotOptions): Promise<Snapshot> {
    signal.throwIfAborted();
    const rows = this.#database
      .prepare(`SELECT key, version, iif(key = 'assignment' AND version = ?, '', value) AS value FROM ${this.#table}`)
      .all(known === undefined ? -1 : Number(known)) as unknown as Row[];
    const assignment = rows.find((row) => row.key === 'assignment');
    return {
      assignment: assignment && (assignment.value === '' ? 'same' : parsed<Assignment>(assignment)),
      members: rows.filter((row) => row.key !== 'assignment').map((row) => parsed<MemberRecord>(row)),
    };
  }

  async read<K extends RecordKey>(key: K, signal: AbortSignal): Promise<Versioned<RecordAt<K>> | undefined> {
    signal.throwIfAborted();
    const row = this.#row(key);
    return row && parsed<RecordAt<K>>(row);
  }

  async swap<K extends RecordKey>(
    key: K,
    value: RecordAt<K>,
    expected: Version | undefined,
    signal: AbortSignal,
  ): Promise<Version | undefined> {
    signal.throwIfAborted();
    this.#database.exec(`PRAGMA synchronous = ${key === 'assignment' ? 'FULL' : 'NORMAL'}`);
    const [version, news] = this.#transaction(() => {
      const old = this.#row(key);
      if (old?.version.toString() !== expected) return [undefined, false];
      const { last } = this.#database.prepare('UPDATE counter SET last = last + 1 RETURNING last').get() as {
        last: number;
      };
      this.#database
        .prepare(`INSERT OR REPLACE INTO ${this.#table} (key, version, value) VALUES (?, ?, ?)`)
        .run(key, last, JSON.stringify(value));
      return [String(last), !old || isNews(JSON.parse(old.value) as RecordAt<K>, value)];
    });
    if (news) this.#wake();
    return version;
  }

  async remove(key: RecordKey, expected: Version, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const [removed, news] = this.#transaction(() => {
      const old = this.#row(key);
      if (!old) return [true, false];
      if (old.version.toString() !== expected) return [false, false];
      this.#database.prepare(`DELETE FROM ${this.#table} WHERE key = ?`).run(key);
      return [true, true];
    });
    if (news) this.#wake();
    return removed;
  }

  watch(wake: () => void): () => void {
    const own = (): void => wake();
    this.#watchers.add(own);
    this.#look();
    return () => {
      this.#watchers.delete(own);
      if (this.#watchers.size > 0) return;
      this.#stopLooking?.();
      this.#stopLooking = undefined;
    };
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    if (this.#database.isOpen) this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #row(key: string): Row | undefined {
    return this.#database.prepare(`SELECT key, version, value FROM ${this.#table} WHERE key = ?`).get(key) as
      Row | undefined;
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #wake(): void {
    for (const wake of this.#watchers) wake();
  }

  /** Other processes' writes are only seen by looking; renewals are among them and wake needlessly, but rarely late. */
  #look(): void {
    if (this.#stopLooking) return;
    let last = this.#dataVersion();
    const again = (): void => {
      const now = this.#dataVersion();
      if (now !== last) this.#wake();
      last = now;
      if (this.#watchers.size > 0) this.#stopLooking = this.#clock.after(this.#lookMs, again);
    };
    this.#stopLooking = this.#clock.after(this.#lookMs, again);
  }

  /** Changes when another connection has written. */
  #dataVersion(): number {
    return (this.#database.prepare('PRAGMA data_version').get() as { data_version: number }).data_version;
  }
}

function parsed<T>(row: Row): Versioned<T> {
  return { value: JSON.parse(row.value) as T, version: row.version.toString() };
}
