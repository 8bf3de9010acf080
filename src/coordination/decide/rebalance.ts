import type { Assignment, MemberRecord } from '../records.ts';
import { candidatesFor, compareText, loadsOf, preference, weightOf } from './place.ts';

export interface RebalanceFacts {
  readonly assignment: Assignment;
  readonly members: readonly MemberRecord[];
  /** Boot id of the one that asks. */
  readonly me: string;
  /** Milliseconds since a move for balance was last seen, anywhere. */
  readonly sinceLastMs: number;
  readonly rebalanceMs: number;
}

export interface RebalanceDecision {
  readonly artifact: string;
  /** Pod name. */
  readonly to: string;
  readonly reason: string;
}

/**
 * One artifact that this member should give to another: only if it then is still not below it, only if it is the most
 * loaded of those that could give, only when everything has a holder, and not what someone moved by hand.
 */
export function rebalance(facts: RebalanceFacts): RebalanceDecision | undefined {
  if (facts.sinceLastMs < facts.rebalanceMs) return undefined;
  const { assignment, members, me } = facts;
  const live = new Map(members.filter((member) => member.state !== 'revoked').map((member) => [member.boot, member]));
  const loads = loadsOf(assignment);
  const loadOf = (boot: string): number => loads.get(boot) ?? 0;
  const offers = assignment.offers;
  let best: { artifact: string; from: string; to: MemberRecord; gain: number; liking: number } | undefined;
  for (const [artifact, { holder, by }] of Object.entries(assignment.artifacts)) {
    if (holder === null || !live.has(holder)) {
      // Orphans first: placing them may restore the balance by itself. What nobody can hold is no reason to wait.
      if (candidatesFor(artifact, { members, offers }).length > 0) return undefined;
      continue;
    }
    if (by === 'move' || live.get(holder)!.state !== 'active') continue;
    const weight = weightOf(artifact, offers);
    for (const to of candidatesFor(artifact, { members, offers })) {
      const gain = loadOf(holder) - (loadOf(to.boot) + weight);
      if (to.boot === holder || gain <= 0) continue;
      const liking = preference(artifact, to.pod) - preference(artifact, live.get(holder)!.pod);
      const order =
        best === undefined
          ? 1
          : loadOf(holder) - loadOf(best.from) ||
            compareText(best.from, holder) ||
            gain - best.gain ||
            liking - best.liking ||
            compareText(best.artifact, artifact) ||
            compareText(best.to.boot, to.boot);
      if (order > 0) best = { artifact, from: holder, to, gain, liking };
    }
  }
  if (!best || best.from !== me) return undefined;
  const reason = `${live.get(me)!.pod} has ${loadOf(me)}, ${best.to.pod} has ${loadOf(best.to.boot)}`;
  return { artifact: best.artifact, to: best.to.pod, reason };
}
