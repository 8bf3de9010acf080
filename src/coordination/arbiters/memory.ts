import type { Arbiter, Snapshot, SnapshotOptions, Version, Versioned } from '../arbiter.ts';
import type { Assignment, MemberRecord, RecordAt, RecordKey } from '../records.ts';
import { isNews } from './news.ts';

/** Records in this process: the supervisor's arbiter, and that of a replica that is alone. Gone when the process is. */
export class MemoryArbiter implements Arbiter {
  readonly #records = new Map<RecordKey, Versioned<Assignment | MemberRecord>>();
  readonly #watchers = new Set<() => void>();
  #versions = 0;

  async snapshot({ signal, known }: SnapshotOptions): Promise<Snapshot> {
    signal.throwIfAborted();
    const assignment = this.#records.get('assignment') as Versioned<Assignment> | undefined;
    const members = [...this.#records]
      .filter(([key]) => key !== 'assignment')
      .map(([, record]) => record as Versioned<MemberRecord>);
    return { assignment: assignment && assignment.version === known ? 'same' : assignment, members };
  }

  async read<K extends RecordKey>(key: K, signal: AbortSignal): Promise<Versioned<RecordAt<K>> | undefined> {
    signal.throwIfAborted();
    return this.#records.get(key) as Versioned<RecordAt<K>> | undefined;
  }

  async swap<K extends RecordKey>(
    key: K,
    value: RecordAt<K>,
    expected: Version | undefined,
    signal: AbortSignal,
  ): Promise<Version | undefined> {
    signal.throwIfAborted();
    const old = this.#records.get(key);
    if (old?.version !== expected) return undefined;
    const version = String(++this.#versions);
    this.#records.set(key, { value, version });
    if (!old || isNews(old.value, value)) this.#wake();
    return version;
  }

  async remove(key: RecordKey, expected: Version, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const old = this.#records.get(key);
    if (!old) return true;
    if (old.version !== expected) return false;
    this.#records.delete(key);
    this.#wake();
    return true;
  }

  watch(wake: () => void): () => void {
    const own = (): void => wake();
    this.#watchers.add(own);
    return () => void this.#watchers.delete(own);
  }

  #wake(): void {
    for (const wake of this.#watchers) wake();
  }
}
