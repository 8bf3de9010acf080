import type { Assignment, MemberRecord, Offer, OfferedArtifact } from '../records.ts';

/** Who there is, and what they can hold. */
export interface Candidacy {
  readonly members: readonly MemberRecord[];
  readonly offers: Readonly<Record<string, Offer>>;
  readonly drained?: Assignment['drained'] | undefined;
}

/** Members that may be given the artifact: active, not drained, they offer it and are not pinned out. */
export function candidatesFor(artifact: string, facts: Candidacy): MemberRecord[] {
  return facts.members.filter((member) => {
    const offered = facts.offers[member.offer]?.[artifact];
    return (
      member.state === 'active' && offered !== undefined && isAllowed(offered, member) && !isDrained(member, facts)
    );
  });
}

/** Members that may be given all of them. */
export function candidatesForAll(artifacts: readonly string[], facts: Candidacy): MemberRecord[] {
  const [first = [], ...others] = artifacts.map((artifact) => candidatesFor(artifact, facts));
  return first.filter((member) => others.every((list) => list.includes(member)));
}

export function isDrained({ pod, node }: MemberRecord, { drained }: Pick<Candidacy, 'drained'>): boolean {
  return drained !== undefined && (`pod/${pod}` in drained || `node/${node}` in drained);
}

/** What the artifact asks of its holder, as the first offer that names it says. */
export function askedOf(artifact: string, offers: Readonly<Record<string, Offer>>): OfferedArtifact | undefined {
  for (const offer of Object.values(offers)) if (offer[artifact]) return offer[artifact];
  return undefined;
}

function isAllowed({ pins }: OfferedArtifact, { pod, node }: MemberRecord): boolean {
  return pins === undefined || pins.length === 0 || pins.includes(pod) || pins.includes(node);
}
