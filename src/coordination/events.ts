import type { Placing } from './records.ts';

/**
 * What happened to a member, with the reason as a sentence for people:
 * - joined, rejoined: it has a lease, under a new boot id
 * - suspended, resumed: its lease ran out and was renewed after all; the artifacts stopped in between
 * - acquired: it holds the artifact and starts it
 * - released: the artifact has stopped and belongs to another member
 * - lost: the artifact was taken away, or may have been; its term ended at once
 * - declined: a move that someone asked for cannot be done
 * - failed: the artifact's run ended with an error and is tried again here
 * - revoked: it ended the lease of another member, which was silent
 * - unreachable, reachable: the arbiter does not answer, answers again
 * - left: it has stopped
 */
export type CoordinationEventType =
  | 'joined'
  | 'rejoined'
  | 'suspended'
  | 'resumed'
  | 'acquired'
  | 'released'
  | 'lost'
  | 'declined'
  | 'failed'
  | 'revoked'
  | 'unreachable'
  | 'reachable'
  | 'left';

export interface CoordinationEvent {
  readonly type: CoordinationEventType;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly pod: string;
  readonly boot: string;
  readonly reason: string;
  readonly artifact?: string;
  readonly token?: number;
  /** For acquired: how it came to its holder. */
  readonly by?: Placing;
  /** For released: when its term ended here, which is before the write that gave it away was answered. */
  readonly endedAt?: number;
  /** Boot id of the member whose lease was revoked. */
  readonly target?: string;
}

/** A member as it is now, for `gantry ps`, status pages and metrics. */
export interface MemberStatus {
  readonly pod: string;
  readonly node: string;
  readonly boot: string;
  /** draining: stops, hands over. suspended: its lease has run out, and may be renewed yet. */
  readonly state: 'joining' | 'acting' | 'suspended' | 'draining' | 'stopped';
  /** Milliseconds for which the lease is still good; 0 when it is not. */
  readonly validForMs: number;
  readonly holding: readonly HeldStatus[];
  /** Live members as this one sees them, itself included. */
  readonly members: readonly {
    readonly pod: string;
    readonly node: string;
    readonly boot: string;
    readonly state: string;
  }[];
  readonly counts: MemberCounts;
}

export interface HeldStatus {
  readonly artifact: string;
  readonly token: number;
  readonly runs: number;
  /** As the assignment says; left out when that is not known at this moment. */
  readonly by?: Placing;
  readonly reason?: string;
  /** Milliseconds since 1970 by the clock of whoever wrote the assignment. */
  readonly since?: number;
}

/** Since this process started. */
export interface MemberCounts {
  readonly renewals: number;
  readonly failedRenewals: number;
  /** Milliseconds from sending the last accepted renewal to its answer, and the worst one. */
  readonly renewLatencyMs: number;
  readonly worstRenewLatencyMs: number;
  /** Terms begun and ended here. */
  readonly acquired: number;
  readonly released: number;
  readonly lost: number;
  readonly rejoins: number;
  readonly revoked: number;
  /** Scheduled runs that this process asked to be its own. */
  readonly claimsGranted: number;
  readonly claimsRefused: number;
}
