/**
 * What members tell each other, and where it is kept.
 *
 *   member/<boot>   one per process; only its own process renews it, anyone may revoke it, both by compare-and-swap
 *     { v: 1, boot, pod, node, state, beat, leaseMs, offer, joinedAt, reason? }
 *       state   active -> draining -> (deleted)          by the process itself
 *               active | draining -> revoked             by whoever saw it silent for leaseMs; final
 *       beat    counts renewals, so that every renewal is a change
 *       offer   names what this process can hold, see below
 *
 *   assignment      one per deployment; written by any member, always by compare-and-swap
 *     { v: 1, origin, epoch, quietMs, rebalances, offers, artifacts }
 *       origin     who made this object, and when: another origin means that its predecessor was lost
 *       epoch      rises with every write; a new object starts at the current time, so tokens never fall
 *       quietMs    above 0: it was made without knowing who held what before; nothing may be assigned
 *                  until the object has been seen for that long
 *       rebalances counts moves made for balance, so that all members keep the same pace
 *       offers     { <digest>: { <artifact>: { weight?, pins? } } }   what the members naming that digest can hold
 *       artifacts  { <artifact>: { holder, token, by, reason, at, lastFire?, runs } }
 *         holder   a boot id, or null while nobody can hold it
 *         token    the epoch of the write that gave it to its holder: the fencing token
 *         lastFire the newest scheduled time any holder claimed, milliseconds since 1970
 *
 * A boot id is never used again. "revoked" and "absent" are therefore both final for it, and mean the same.
 * Times in records are for people; no decision compares one machine's clock with another's.
 */

export type MemberState = 'active' | 'draining' | 'revoked';

export interface MemberRecord {
  readonly v: 1;
  readonly boot: string;
  readonly pod: string;
  readonly node: string;
  readonly state: MemberState;
  readonly beat: number;
  /** How long observers must see no change before they may revoke, milliseconds. */
  readonly leaseMs: number;
  readonly offer: string;
  /** Milliseconds since 1970, for people. */
  readonly joinedAt: number;
  /** Why it was revoked, and by whom. */
  readonly reason?: string;
}

/** What one artifact asks of its holder. */
export interface OfferedArtifact {
  /** Counts as that many ordinary artifacts when work is balanced; 1 when left out. */
  readonly weight?: number;
  /** Only pods of these names may hold it (pinnedServers). */
  readonly pins?: readonly string[];
}

export type Offer = Readonly<Record<string, OfferedArtifact>>;

/**
 * How an artifact came to its holder:
 * - start: nobody had it before
 * - failover: its holder was revoked or went away
 * - handover: its holder stopped gracefully
 * - rebalance: its holder had too much
 * - move: someone asked for it; balance leaves it there
 */
export type Placing = 'start' | 'failover' | 'handover' | 'rebalance' | 'move';

export interface AssignmentEntry {
  readonly holder: string | null;
  readonly token: number;
  readonly by: Placing;
  readonly reason: string;
  /** Milliseconds since 1970, for people. */
  readonly at: number;
  readonly lastFire?: number;
  readonly runs: number;
}

export interface Assignment {
  readonly v: 1;
  readonly origin: string;
  readonly epoch: number;
  readonly quietMs: number;
  readonly rebalances: number;
  readonly offers: Readonly<Record<string, Offer>>;
  readonly artifacts: Readonly<Record<string, AssignmentEntry>>;
}

export type RecordKey = 'assignment' | `member/${string}`;
export type RecordAt<K extends RecordKey> = K extends 'assignment' ? Assignment : MemberRecord;

export function memberKey(boot: string): `member/${string}` {
  return `member/${boot}`;
}

/** `quietMs` is 0 only for someone who knows that nobody can hold anything, such as a supervisor before its first child. */
export function newAssignment(maker: string, wall: number, quietMs: number): Assignment {
  return {
    v: 1,
    origin: `${maker} ${wall}`,
    epoch: Math.floor(wall),
    quietMs,
    rebalances: 0,
    offers: {},
    artifacts: {},
  };
}
