import type { Assignment, MemberRecord, RecordAt, RecordKey } from './records.ts';

/** Opaque: it can only be compared for equality, and never comes back, not even after a record was deleted. */
export type Version = string;

export interface Versioned<T> {
  readonly value: T;
  readonly version: Version;
}

export interface Snapshot {
  /** 'same': it still has the version the caller knows. */
  readonly assignment: Versioned<Assignment> | 'same' | undefined;
  readonly members: readonly Versioned<MemberRecord>[];
}

export interface SnapshotOptions {
  readonly signal: AbortSignal;
  /** The version of the assignment the caller has; the arbiter may then answer 'same'. */
  readonly known?: Version | undefined;
}

/**
 * The third party that members trust: it keeps a few small records and decides races. Records: records.ts.
 *
 * - Every call may reject: the outcome is then unknown, the write may have happened or may still happen.
 * - Every call ends when its signal is aborted, at the latest.
 * - `read` sees every write that was answered before it was asked, by whomever.
 * - `snapshot` sees at least the writes that were answered through this same object. It may come from a copy that others'
 *   changes reach a little later; a copy that may be older than a request's time limit is no answer: it rejects.
 * - The members of a snapshot are no older than its assignment where the implementation can tell; members do not rely
 *   on it: a holder that is absent is waited for, see records.ts.
 */
export interface Arbiter {
  snapshot(options: SnapshotOptions): Promise<Snapshot>;
  read<K extends RecordKey>(key: K, signal: AbortSignal): Promise<Versioned<RecordAt<K>> | undefined>;
  /**
   * Writes only over that version, or only a new record when `expected` is undefined. Resolves to the new version, or
   * undefined when another was there.
   */
  swap<K extends RecordKey>(
    key: K,
    value: RecordAt<K>,
    expected: Version | undefined,
    signal: AbortSignal,
  ): Promise<Version | undefined>;
  /** Deletes only that version; false when another was there. Deleting what is absent is true. */
  remove(key: RecordKey, expected: Version, signal: AbortSignal): Promise<boolean>;
  /**
   * Calls back when an artifact changed its holder, what is offered changed, or a member came, went or changed its
   * state; renewals and claimed runs need not.
   * It only wakes: calls may be late, joined or lost, and whoever is woken reads. The returned function ends it.
   */
  watch(wake: () => void): () => void;
}

/** An arbiter with connections of its own. */
export interface OpenedArbiter extends Arbiter, AsyncDisposable {
  /** Ends watches and connections; calls under way reject. Closing twice is fine. */
  close(): Promise<void>;
}
