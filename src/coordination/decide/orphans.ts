import type { Assignment, AssignmentEntry, Fire, MemberRecord, Offer, Placing } from '../records.ts';
import { candidatesFor } from './candidates.ts';
import { newestRun } from './claim.ts';

export interface OrphanFacts {
  readonly assignment: Assignment;
  /** All members read no earlier than the assignment, the revoked ones too. */
  readonly members: readonly MemberRecord[];
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
        ...(member.firesUnknown ? anyRuns(entry, facts.wall) : newestRun(entry, member.fires?.[artifact])),
      });
  }
  if (facts.gathered)
    for (const offer of Object.values(offers))
      for (const artifact of Object.keys(offer))
        if (!facts.assignment.artifacts[artifact])
          found.set(artifact, { by: 'start', why: 'it is new', ...runsInRecords(artifact, facts.members) });
  return found;
}

/** Whether something has no holder and could have one, or is said to have one and has not. */
export function hasOrphans(facts: OrphanFacts, offers: Readonly<Record<string, Offer>>): boolean {
  const { artifacts, drained } = facts.assignment;
  const candidacy = { members: facts.members, offers, drained };
  for (const artifact of orphansOf(facts, offers).keys())
    if ((artifacts[artifact]?.holder ?? null) !== null || candidatesFor(artifact, candidacy).length > 0) return true;
  return false;
}

/** What was claimed went with the record: everything due until now counts as claimed, rather not run than run twice. */
function anyRuns({ lastFire, runs }: AssignmentEntry, wall: number): { lastFire: number; runs: number } {
  return { lastFire: Math.max(lastFire ?? wall, wall), runs: runs + 1 };
}

/** An assignment that was made anew knows nothing of runs, but the records of those who claimed them may. */
function runsInRecords(artifact: string, members: readonly MemberRecord[]): { lastFire?: number; runs: number } {
  const fires: Fire[] = [];
  for (const member of members) if (member.fires?.[artifact]) fires.push(member.fires[artifact]);
  if (fires.length === 0) return { runs: 0 };
  return {
    lastFire: Math.max(...fires.map((fire) => fire.lastFire)),
    runs: Math.max(...fires.map((fire) => fire.runs)),
  };
}
