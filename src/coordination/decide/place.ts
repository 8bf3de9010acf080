import type { AssignmentEntry, MemberRecord, Offer, OfferedArtifact } from '../records.ts';

/** What placement looks at. Members are those that may take work: active ones. */
export interface PlacementFacts {
  readonly members: readonly MemberRecord[];
  readonly offers: Readonly<Record<string, Offer>>;
  readonly artifacts: Readonly<Record<string, AssignmentEntry>>;
}

export interface Place {
  readonly artifact: string;
  /** Boot id, or null when no member can hold it. */
  readonly holder: string | null;
  readonly reason: string;
}

/**
 * Bounded rendezvous: an artifact goes to the member that likes it best among those whose share it still fits, else to
 * the least loaded one. Which member likes what depends on names only, so artifacts tend to come back to the same pod;
 * the bound keeps loads within one artifact of each other if they were so before.
 * The pickiest and heaviest artifacts are placed first. Nothing that is not asked for moves.
 */
export function place(asked: readonly string[], facts: PlacementFacts): Place[] {
  if (asked.length === 0) return [];
  const loads = loadsOf(facts);
  const loadOf = ({ boot }: MemberRecord): number => loads.get(boot) ?? 0;
  const sorted = { ...facts, members: facts.members.toSorted((a, b) => compareText(a.boot, b.boot)) };
  const wanted = asked.map((artifact) => {
    const candidates = candidatesFor(artifact, sorted);
    const group = candidates.map((member) => member.boot).join(' ');
    return { artifact, candidates, group, weight: weightOf(artifact, facts.offers) };
  });
  wanted.sort(
    (a, b) => a.candidates.length - b.candidates.length || b.weight - a.weight || compareText(a.artifact, b.artifact),
  );
  const unplaced = new Map<string, number>();
  for (const { group, weight } of wanted) unplaced.set(group, (unplaced.get(group) ?? 0) + weight);

  return wanted.map(({ artifact, candidates, group, weight }) => {
    if (candidates.length === 0) return { artifact, holder: null, reason: 'no live member can hold it' };
    const total = candidates.reduce((sum, member) => sum + loadOf(member), 0) + unplaced.get(group)!;
    const share = total / candidates.length;
    const scored = candidates.map((member) => {
      return { member, load: loadOf(member), liking: preference(artifact, member.pod) };
    });
    const fitting = scored.filter(({ load }) => load + weight <= share);
    const chosen =
      fitting.length > 0
        ? fitting.reduce((best, one) => (one.liking > best.liking ? one : best))
        : scored.reduce((best, one) => ((one.load - best.load || best.liking - one.liking) < 0 ? one : best));
    loads.set(chosen.member.boot, chosen.load + weight);
    unplaced.set(group, unplaced.get(group)! - weight);
    const only = candidates.length === 1 ? 'the only member that can hold it' : undefined;
    const why = only ?? (fitting.length > 0 ? 'first choice with room' : 'least loaded');
    return { artifact, holder: chosen.member.boot, reason: `${chosen.member.pod} is ${why}` };
  });
}

/** Active members that can hold the artifact: they offer it and are not pinned out. */
export function candidatesFor(artifact: string, facts: Omit<PlacementFacts, 'artifacts'>): MemberRecord[] {
  return facts.members.filter((member) => {
    const offered = facts.offers[member.offer]?.[artifact];
    return member.state === 'active' && offered !== undefined && isAllowed(offered, member.pod);
  });
}

function isAllowed(offered: OfferedArtifact, pod: string): boolean {
  return offered.pins === undefined || offered.pins.length === 0 || offered.pins.includes(pod);
}

/** Sum of weights each member holds. */
export function loadsOf(facts: Omit<PlacementFacts, 'members'>): Map<string, number> {
  const loads = new Map<string, number>();
  for (const [artifact, { holder }] of Object.entries(facts.artifacts))
    if (holder !== null) loads.set(holder, (loads.get(holder) ?? 0) + weightOf(artifact, facts.offers));
  return loads;
}

export function weightOf(artifact: string, offers: Readonly<Record<string, Offer>>): number {
  for (const offer of Object.values(offers)) {
    const offered = offer[artifact];
    if (offered) return offered.weight ?? 1;
  }
  return 1;
}

/** How much a pod likes an artifact: the same everywhere, for ever. FNV-1a with murmur3's finish, 32 bits. */
export function preference(artifact: string, pod: string): number {
  let hash = 0x811c9dc5;
  const text = `${artifact} ${pod}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Boot ids are `<pod>.<random>`. */
export function podOf(boot: string): string {
  const dot = boot.lastIndexOf('.');
  return dot < 0 ? boot : boot.slice(0, dot);
}
