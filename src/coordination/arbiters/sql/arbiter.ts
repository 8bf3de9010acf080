import type { OpenedArbiter, Snapshot, SnapshotOptions, Version, Versioned } from '../../arbiter.ts';
import type { Assignment, MemberRecord, RecordAt, RecordKey } from '../../records.ts';
import { isNews } from '../news.ts';
import { Lane } from './lane.ts';
import type { Answer, Server } from './server.ts';
import { versionOf, writer } from './version.ts';

/**
 * Records as rows of one table. README.md tells its columns, and what a restart, a failover and a restored backup of the
 * database mean.
 */
export class SqlArbiter implements OpenedArbiter {
  readonly #server: Server;
  readonly #deployment: string;
  /** Renewals have a connection of their own: nothing that is slow may stand before them. */
  readonly #renewals: Lane;
  readonly #others: Lane;
  readonly #nameWrite: () => string = writer();
  readonly #unwatch = new Set<() => void>();
  /** What was last seen of each record, so that a write knows whether it is news. */
  readonly #seen = new Map<string, Versioned<Assignment | MemberRecord>>();

  constructor(server: Server, deployment: string) {
    this.#server = server;
    this.#deployment = deployment;
    this.#renewals = new Lane(server);
    this.#others = new Lane(server);
  }

  async snapshot({ signal, known }: SnapshotOptions): Promise<Snapshot> {
    const { rows } = await this.#ask(this.#others, signal, 'snapshot', [known ?? '']);
    const members: Versioned<MemberRecord>[] = [];
    let assignment: Snapshot['assignment'];
    for (const { key, version, value } of rows) {
      if (key !== 'assignment') members.push(this.#saw(key, version, JSON.parse(value) as MemberRecord));
      else assignment = value === '' ? 'same' : this.#saw(key, version, JSON.parse(value) as Assignment);
    }
    const present = new Set(rows.map(({ key }) => key));
    for (const key of this.#seen.keys()) if (!present.has(key)) this.#seen.delete(key);
    return { assignment, members };
  }

  async read<K extends RecordKey>(key: K, signal: AbortSignal): Promise<Versioned<RecordAt<K>> | undefined> {
    const { rows } = await this.#ask(this.#others, signal, 'read', [key]);
    const [row] = rows;
    return row && this.#saw(key, row.version, JSON.parse(row.value) as RecordAt<K>);
  }

  async swap<K extends RecordKey>(
    key: K,
    value: RecordAt<K>,
    expected: Version | undefined,
    signal: AbortSignal,
  ): Promise<Version | undefined> {
    const seen = this.#seen.get(key);
    const isOldNews = expected !== undefined && seen?.version === expected && !isNews(seen.value, value);
    const version = versionOf(this.#nameWrite(), isOldNews ? expected : undefined);
    const text = JSON.stringify(value);
    const lane = 'boot' in value && value.state !== 'revoked' ? this.#renewals : this.#others;
    const { count } =
      expected === undefined
        ? await this.#ask(lane, signal, 'insert', [key, version, text])
        : await this.#ask(lane, signal, isOldNews ? 'update' : 'updateAndTell', [key, expected, version, text]);
    if (count === 0) return undefined;
    this.#saw(key, version, value);
    return version;
  }

  async remove(key: RecordKey, expected: Version, signal: AbortSignal): Promise<boolean> {
    const { count } = await this.#ask(this.#others, signal, 'remove', [key, expected]);
    // Absent or another: a look afterwards may tell. Absent then is absent, whoever removed it.
    return count > 0 || (await this.read(key, signal)) === undefined;
  }

  watch(wake: () => void): () => void {
    const end = this.#server.watch(this.#deployment, wake);
    const unwatch = (): void => {
      this.#unwatch.delete(unwatch);
      end();
    };
    this.#unwatch.add(unwatch);
    return unwatch;
  }

  async close(): Promise<void> {
    for (const unwatch of this.#unwatch) unwatch();
    await Promise.all([this.#renewals.close(), this.#others.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One statement; a second try only when it certainly did not run, because the table was missing and now is not. */
  async #ask(lane: Lane, signal: AbortSignal, what: Statement, values: readonly string[]): Promise<Answer> {
    const { statements } = this.#server;
    const all = [this.#deployment, ...values];
    try {
      return await lane.run(signal, async (session) => {
        try {
          return await session.ask(statements[what], all);
        } catch (error) {
          const failure = this.#server.failureOf(error);
          // A server says goodbye by an error and closes a moment later; the next call must not fall into that moment.
          if (failure === 'other') session.destroy();
          if (failure !== 'no-table') throw error;
          await session.ask(statements.create, []).catch((problem: unknown) => {
            if (this.#server.failureOf(problem) !== 'exists') throw problem;
          });
          return await session.ask(statements[what], all);
        }
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = this.#server.failureOf(error);
      if (failure === 'lost-race' || (failure === 'exists' && what === 'insert')) return { rows: [], count: 0 };
      throw this.#server.explain(error);
    }
  }

  #saw<T extends Assignment | MemberRecord>(key: string, version: Version, value: T): Versioned<T> {
    const record = { value, version };
    this.#seen.set(key, record);
    return record;
  }
}

type Statement = Exclude<keyof Server['statements'], 'create'>;
