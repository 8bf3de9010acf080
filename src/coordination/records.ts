/**
 * What members tell each other, and where it is kept.
 *
 *   member/<boot>   one per process; only its own process renews it, anyone may revoke it, both by compare-and-swap
 *     { v: 1, boot, pod, node, state, beat, leaseMs, offer, joinedAt, follows?, fires?, firesUnknown?, reason?,
 *       peer?, trust? }
 *       state   active -> draining                       by the process itself, which takes nothing more
 *               active | draining -> revoked             by whoever saw it silent for leaseMs, or by itself when it
 *                                                        stops or starts over; final: the record never changes again
 *               revoked -> (deleted)                     by any member, when the assignment does not name it
 *       beat    counts renewals, so that every renewal is a change
 *       offer   names what this process can hold, see below
 *       fires   { <artifact>: { token, lastFire, runs } }   scheduled runs it claimed since it got that token. A claim
 *               is a renewal that says so: whoever revokes the lease decides with the same compare-and-swap which
 *               runs were claimed, and a run costs no write of its own while renewals are due anyway
 *       firesUnknown   whoever wrote this record does not know what its process claimed
 *       peer    "host:port" where other members reach it
 *       trust   { by: [<boot>], othersMs }   it need not renew: it may act while all these have promised not to revoke it.
 *               They may, when they have heard nothing of it for leaseMs. Anyone else may when the record has not
 *               changed for othersMs, and then does not know what was claimed
 *       follows   origin of the assignment it goes by: it has let go of everything that an older one gave it
 *
 *   assignment      one per deployment; written by any member, always by compare-and-swap
 *     { v: 1, origin, epoch, quietMs, offers, artifacts, drained?, moves?, switches?, runs? }
 *       origin     who made this object, and when: another origin means that its predecessor was lost
 *       epoch      rises with every write and is never behind the current time in milliseconds, so that tokens do not
 *                  fall when the object is made anew or put back to an older state
 *       quietMs    above 0: it was made without knowing who held what before; nothing may be assigned until the object
 *                  has been seen for that long and every live member follows it
 *       offers     { <digest>: { <artifact>: { weight?, pins? } } }   what the members naming that digest can hold
 *       artifacts  { <artifact>: { holder, token, by, reason, at, lastFire?, runs } }
 *         holder   a boot id, or null while nobody can hold it
 *         token    the epoch of the write that gave it to its holder: the fencing token
 *         lastFire the newest scheduled time claimed before it came to this holder, milliseconds since 1970; what this
 *                  holder claimed stands in its member record
 *       drained    { <"pod/" name | "node/" name>: { at, by } }   these take nothing and give away what they have
 *       moves      { <artifact>: <pod> }   asked for by a person; its holder does it, or says why not, and takes it out
 *       switches   { <artifact>: { on, at, by, reason } }   what was last said of whether it may work; what was never
 *                  said is as the artifact itself says. Kept while nobody offers the artifact
 *       runs       { <artifact>: { at, by } }   a run out of turn that a person asked for; its holder takes it out and,
 *                  once that is written, runs it: the compare-and-swap is the claim, and the schedule stays as it is
 *
 * A boot id is never used again, and "revoked" is final for it. "Absent" is not evidence of anything: only
 * revoked records are deleted, so a holder without a record had it deleted by someone else and may still act. Whoever
 * sees that puts a record in its place (beat 0), which a living process replaces by revoking it and starting over, and
 * which is revoked like any other when nobody does. So an artifact never leaves its holder but by the holder's own
 * write, or after a compare-and-swap on the holder's record. Times in records are for people; no decision compares one
 * machine's clock with another's.
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
  readonly follows?: string;
  readonly fires?: Fires;
  readonly firesUnknown?: true;
  readonly peer?: string;
  readonly trust?: Trust;
  /** Why it was revoked, and by whom. */
  readonly reason?: string;
}

export interface Trust {
  /** Boot ids of those who may revoke it when it is silent. */
  readonly by: readonly string[];
  /** How long anyone else must see no change before, milliseconds. */
  readonly othersMs: number;
}

/** The newest run one holder claimed of an artifact under one token. */
export interface Fire {
  readonly token: number;
  /** Scheduled time, milliseconds since 1970. */
  readonly lastFire: number;
  /** Claimed by any holder so far, this one included. */
  readonly runs: number;
}

export type Fires = Readonly<Record<string, Fire>>;

/** What one artifact asks of its holder. */
export interface OfferedArtifact {
  /** Counts as that many ordinary artifacts when work is balanced; 1 when left out. */
  readonly weight?: number;
  /** Only pods of these names, or on nodes of these names, may hold it (pinnedServers). */
  readonly pins?: readonly string[];
  /** Affinity: artifacts of the same group are always held together, and move together. */
  readonly group?: string;
  /** Anti-affinity: artifacts that share such a word are held apart as far as there are members enough. */
  readonly apart?: readonly string[];
}

export type Offer = Readonly<Record<string, OfferedArtifact>>;

/**
 * How an artifact came to its holder:
 * - start: nobody had it before
 * - failover: its holder was revoked or went away
 * - handover: its holder stopped gracefully
 * - rebalance: its holder had too much, or not the rest of its group
 * - drain: its holder's pod or node is drained
 * - move: someone asked for it; balance leaves it there
 */
export type Placing = 'start' | 'failover' | 'handover' | 'rebalance' | 'drain' | 'move';

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
  readonly offers: Readonly<Record<string, Offer>>;
  readonly artifacts: Readonly<Record<string, AssignmentEntry>>;
  readonly drained?: Readonly<Record<DrainKey, Drained>>;
  readonly moves?: Readonly<Record<string, string>>;
  readonly switches?: Switches;
  readonly runs?: Readonly<Record<string, Asked>>;
}

export type Switches = Readonly<Record<string, Switched>>;

/** Who asked, and when in milliseconds since 1970; for people. */
export interface Asked {
  readonly at: number;
  readonly by: string;
}

/** Whether an artifact may work, as it was last said by a person or by the artifact. */
export interface Switched extends Asked {
  readonly on: boolean;
  readonly reason: string;
}

export type DrainKey = `pod/${string}` | `node/${string}`;

export type Drained = Asked;

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
    offers: {},
    artifacts: {},
  };
}
