import type { Fires, Trust } from '../records.ts';

/** A record of this process's own that may be the one the arbiter has. */
export interface PossibleRecord {
  /** Own monotonic milliseconds. */
  readonly sentAt: number;
  readonly trust: Trust | undefined;
  readonly fires: Fires | undefined;
}

export interface LeaseTimes {
  readonly leaseMs: number;
  readonly marginMs: number;
  readonly outageMs: number;
}

/** What a peer said last. */
export interface PeerPromise {
  /** When the newest question that it answered was sent, own monotonic milliseconds. */
  readonly askedAt: number;
  /** What that question told. */
  readonly fires: Fires | undefined;
}

export type PromisesHeard = ReadonlyMap<string, PeerPromise>;

/**
 * Up to when this process may act: while it may against every record that can stand at the arbiter. These are the last
 * one it knows of and each write since whose outcome it does not know. `-Infinity` when it knows of none.
 */
export function goodUntil(records: readonly PossibleRecord[], heard: PromisesHeard, times: LeaseTimes): number {
  if (records.length === 0) return -Infinity;
  return Math.min(...records.map((record) => goodAgainst(record, heard, times)));
}

/**
 * Against one record: nobody's wait began before it was sent; and those whom it names promised to begin theirs anew
 * with each question.
 */
function goodAgainst({ sentAt, trust }: PossibleRecord, heard: PromisesHeard, times: LeaseTimes): number {
  const trustMs = times.leaseMs - times.marginMs;
  const byLease = sentAt + trustMs;
  if (!trust) return byLease;
  const promised = trust.by.map((boot) => (heard.get(boot)?.askedAt ?? -Infinity) + trustMs);
  return Math.max(byLease, Math.min(sentAt + times.outageMs, ...promised));
}

/** How long those whom a record does not name must wait: as much longer as for a lease, because of clocks. */
export function othersWaitMs({ leaseMs, marginMs, outageMs }: LeaseTimes): number {
  return Math.ceil((outageMs * leaseMs) / (leaseMs - marginMs));
}

/** Of these claims the ones that are known to everyone who may revoke, whichever of the records stands. */
export function knownToAll(fires: Fires, records: readonly PossibleRecord[], heard: PromisesHeard): Fires {
  if (records.length === 0) return {};
  const says = (told: Fires | undefined, artifact: string): boolean => {
    const fire = told?.[artifact];
    return fire?.token === fires[artifact]!.token && fire.lastFire === fires[artifact]!.lastFire;
  };
  const known = (artifact: string): boolean =>
    records.every(
      (record) =>
        says(record.fires, artifact) ||
        (record.trust !== undefined &&
          record.trust.by.length > 0 &&
          record.trust.by.every((boot) => says(heard.get(boot)?.fires, artifact))),
    );
  return Object.fromEntries(Object.entries(fires).filter(([artifact]) => known(artifact)));
}

export interface NamingFacts {
  /** Whom the record names now; undefined: nobody, it is renewed. */
  readonly named: readonly string[] | undefined;
  /** Other members that have an address and are not about to leave. */
  readonly peers: readonly string[];
  /** Those of them that answer. */
  readonly answering: readonly string[];
  /** For how long they have been the same, milliseconds. */
  readonly calmForMs: number;
  readonly calmMs: number;
}

/**
 * Whom the next record is to name. Back to renewals as soon as one of those named does not answer; forward only after a
 * while of calm. Two at least, where there are two: a record that names one is stuck when both end at once.
 */
export function whomToName(facts: NamingFacts): readonly string[] | undefined {
  const { named, answering } = facts;
  const needed = Math.max(1, Math.min(2, facts.peers.length));
  if (named?.some((boot) => !answering.includes(boot))) return undefined;
  if (facts.calmForMs < facts.calmMs || answering.length < needed) return named;
  return answering;
}
