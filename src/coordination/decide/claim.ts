import type { AssignmentEntry, Fire } from '../records.ts';

export interface ClaimFacts {
  readonly entry: AssignmentEntry | undefined;
  /** The newest run this process's own record says it claimed of the artifact. */
  readonly claimed: Fire | undefined;
  /** Who asks, and by what right. */
  readonly boot: string;
  readonly token: number;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/**
 * - claim: the run is ours once a renewal that says this is accepted
 * - refused: not ours to run
 */
export type ClaimDecision =
  { readonly next: 'claim'; readonly fire: Fire } | { readonly next: 'refused'; readonly reason: string };

/**
 * A run is claimed before it begins: at most once, whoever dies in between. Claims only go forward in time. Whoever
 * revokes the lease must overwrite the very version it has seen, so it knows all claims, or the claim comes too late.
 */
export function claimRun(facts: ClaimFacts): ClaimDecision {
  const { entry, dueAt, token } = facts;
  if (!entry || entry.holder !== facts.boot || entry.token !== token)
    return { next: 'refused', reason: 'another member holds the artifact by now' };
  const { lastFire, runs } = newestRun(entry, facts.claimed);
  if (lastFire !== undefined && lastFire >= dueAt) return { next: 'refused', reason: 'the run was claimed before' };
  return { next: 'claim', fire: { token, lastFire: dueAt, runs: runs + 1 } };
}

/** What is known of an artifact's runs: its entry tells those before its present holder, the holder's record the rest. */
export function newestRun(
  entry: AssignmentEntry,
  claimed: Fire | undefined,
): { readonly lastFire?: number; readonly runs: number } {
  if (claimed?.token === entry.token) return { lastFire: claimed.lastFire, runs: claimed.runs };
  return { ...(entry.lastFire !== undefined && { lastFire: entry.lastFire }), runs: entry.runs };
}
