import type { Assignment, AssignmentEntry, MemberRecord, Offer, Placing } from '../records.ts';
import { candidatesFor } from './candidates.ts';
import { newestRun } from './claim.ts';
import { podOf } from './names.ts';

export interface OrphanFacts {
  readonly assignment: Assignment;
  /** All members read no earlier than the assignment, the revoked ones too. */
  readonly members: readonly MemberRecord[];
  /** Boot ids that hold something and have had no record for a lease long: deleted by someone else, and silent since. */
  readonly vanished: ReadonlySet<string>;
  /** Whether what never had a holder may be given one too. */
  readonly gathered: boolean;
  /** Milliseconds since 1970. */
  readonly wall: number;
}

export interface Orphan {
  readonly by: Placing;
  readonly why: string;
  /** What is known of its runs. */
  readonly lastFire?: number;
  readonly runs: number;
}

/** What has no live holder, and why. A draining holder is alive: it hands over by itself. */
export function orphansOf(facts: OrphanFacts, offers: Readonly<Record<string, Offer>>): Map<string, Orphan> {
  const byBoot = new Map(facts.members.map((member) => [member.boot, member]));
  const found = new Map<string, Orphan>();
  for (const [artifact, entry] of Object.entries(facts.assignment.artifacts)) {
    const { holder } = entry;
    const member = holder === null ? undefined : byBoot.get(holder);
    if (holder === null)
      found.set(artifact, { by: 'failover', why: 'it had no holder', ...newestRun(entry, undefined) });
    else if (member?.state === 'revoked')
      found.set(artifact, {
        by: 'failover',
        why: `${member.pod} was revoked, ${member.reason ?? 'no reason given'}`,
        ...newestRun(entry, member.fires?.[artifact]),
      });
    else if (!member && facts.vanished.has(holder)) found.set(artifact, vanishedFrom(holder, entry, facts.wall));
  }
  if (facts.gathered)
    for (const offer of Object.values(offers))
      for (const artifact of Object.keys(offer))
        if (!facts.assignment.artifacts[artifact]) found.set(artifact, { by: 'start', why: 'it is new', runs: 0 });
  return found;
}

/** Whether something has no holder and could have one, or is said to have one and has not. */
export function hasOrphans(facts: OrphanFacts, offers: Readonly<Record<string, Offer>>): boolean {
  const { artifacts, drained } = facts.assignment;
  const candidacy = { members: facts.members, offers, ...(drained && { drained }) };
  for (const artifact of orphansOf(facts, offers).keys())
    if ((artifacts[artifact]?.holder ?? null) !== null || candidatesFor(artifact, candidacy).length > 0) return true;
  return false;
}

/** Which runs it claimed went with its record, so everything due until now counts as claimed: rather none than twice. */
function vanishedFrom(holder: string, entry: AssignmentEntry, wall: number): Orphan {
  const lastFire = entry.lastFire === undefined ? wall : Math.max(entry.lastFire, wall);
  return { by: 'failover', why: `${podOf(holder)} has had no lease for too long`, lastFire, runs: entry.runs };
}
