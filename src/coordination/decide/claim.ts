import type { AssignmentEntry } from '../records.ts';

export interface ClaimFacts {
  readonly entry: AssignmentEntry | undefined;
  /** Who asks, and by what right. */
  readonly boot: string;
  readonly token: number;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  /** True when an earlier try may have gone through: nobody heard the answer. */
  readonly attempted: boolean;
}

/**
 * - write: this entry, if it is accepted, makes the run ours
 * - granted: the earlier try went through
 * - refused: not ours to run
 */
export type ClaimDecision =
  | { readonly next: 'write'; readonly entry: AssignmentEntry }
  | { readonly next: 'granted' }
  | { readonly next: 'refused'; readonly reason: string };

/** A run is claimed before it begins: at most once, whoever dies in between. Claims only go forward in time. */
export function claimRun(facts: ClaimFacts): ClaimDecision {
  const { entry, dueAt } = facts;
  if (!entry || entry.holder !== facts.boot || entry.token !== facts.token)
    return { next: 'refused', reason: 'another member holds the artifact by now' };
  // Only the holder of this token can have written lastFire since it got the token, and it asks once per due time.
  if (facts.attempted && entry.lastFire === dueAt) return { next: 'granted' };
  if (entry.lastFire !== undefined && entry.lastFire >= dueAt)
    return { next: 'refused', reason: 'the run was claimed before' };
  return { next: 'write', entry: { ...entry, lastFire: dueAt, runs: entry.runs + 1 } };
}
