import type { Version, Versioned } from '../arbiter.ts';
import type { MemberRecord } from '../records.ts';

/** How a renewal ended. `found` is what was read after a conflict. */
export type RenewalResult =
  | { readonly kind: 'accepted'; readonly version: Version }
  | { readonly kind: 'conflict'; readonly found: Versioned<MemberRecord> | undefined }
  | { readonly kind: 'unknown'; readonly error: string };

export interface RenewalFacts {
  readonly result: RenewalResult;
  /** Own monotonic milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly validUntil: number;
  /** Beat of the newest renewal known to have been accepted; 0 before the first. */
  readonly acceptedBeat: number;
  readonly leaseMs: number;
  readonly marginMs: number;
}

/**
 * - extend: the lease is good until `validUntil`
 * - adopt: an earlier renewal had gone through though its answer was lost; renew again from that version
 * - again: nobody knows; try again
 * - rejoin: the lease is over, for good
 */
export type RenewalDecision =
  | { readonly next: 'extend'; readonly version: Version; readonly validUntil: number; readonly reason: string }
  | { readonly next: 'adopt'; readonly version: Version; readonly beat: number; readonly reason: string }
  | { readonly next: 'again'; readonly reason: string }
  | { readonly next: 'rejoin'; readonly reason: string };

/**
 * The lease counts from when the renewal was *sent*: the arbiter cannot have taken it earlier, so nobody's wait for
 * silence began earlier either. A slow answer therefore never lengthens it.
 */
export function afterRenewal(facts: RenewalFacts): RenewalDecision {
  const { result } = facts;
  switch (result.kind) {
    case 'accepted': {
      const validUntil = Math.max(facts.validUntil, facts.sentAt + facts.leaseMs - facts.marginMs);
      return { next: 'extend', version: result.version, validUntil, reason: 'renewed' };
    }
    case 'unknown':
      return { next: 'again', reason: result.error };
    case 'conflict': {
      const { found } = result;
      if (!found) return { next: 'rejoin', reason: 'its lease is gone' };
      if (found.value.state === 'revoked')
        return { next: 'rejoin', reason: `its lease was revoked: ${found.value.reason ?? 'no reason given'}` };
      const { beat } = found.value;
      // Not written by this process since: someone put it in the place of one that was deleted.
      if (beat <= facts.acceptedBeat) return { next: 'rejoin', reason: 'its lease was deleted by someone else' };
      return { next: 'adopt', version: found.version, beat, reason: 'the answer to an earlier renewal was lost' };
    }
  }
}
