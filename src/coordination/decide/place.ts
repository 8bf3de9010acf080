import type { AssignmentEntry, MemberRecord } from '../records.ts';
import { askedOf, candidatesForAll, type Candidacy } from './candidates.ts';
import { Loads, weightOf } from './loads.ts';
import { preference } from '../../preference.ts';
import { compareText } from './names.ts';

/** What placement looks at. Members are those that may take work. */
export interface PlacementFacts extends Candidacy {
  /** Who holds the others. */
  readonly artifacts: Readonly<Record<string, AssignmentEntry>>;
  /** Pods that people asked for. */
  readonly moves?: Readonly<Record<string, string>> | undefined;
}

export interface Place {
  readonly artifact: string;
  /** Boot id, or null when no member can hold it. */
  readonly holder: string | null;
  readonly reason: string;
}

/** What is placed as one: the artifacts of a group, or a single one. */
interface Unit {
  readonly artifacts: readonly string[];
  readonly candidates: readonly MemberRecord[];
  readonly weight: number;
  /** Why there are no more candidates, for people. */
  readonly because: string | undefined;
}

/**
 * Bounded rendezvous: an artifact goes to the member that likes it best among those whose share it still fits, else to
 * the least loaded one. Which member likes what depends on names only, so artifacts tend to come back to the same pod;
 * the bound keeps loads within one artifact of each other if they were so before.
 * The pickiest and heaviest are placed first. Nothing that is not asked for moves.
 */
export function place(asked: readonly string[], facts: PlacementFacts): Place[] {
  if (asked.length === 0) return [];
  const loads = new Loads(facts);
  const sorted = { ...facts, members: facts.members.toSorted((a, b) => compareText(a.boot, b.boot)) };
  const wanted = unitsOf(asked, sorted).map((unit) => ({ unit, choice: bootsOf(unit.candidates) }));
  wanted.sort(
    ({ unit: a }, { unit: b }) =>
      a.candidates.length - b.candidates.length || b.weight - a.weight || compareText(a.artifacts[0]!, b.artifacts[0]!),
  );
  /** Weight still to be placed among the same candidates. */
  const unplaced = new Map<string, number>();
  for (const { unit, choice } of wanted) unplaced.set(choice, (unplaced.get(choice) ?? 0) + unit.weight);

  return wanted.flatMap(({ unit, choice }): Place[] => {
    const { member, why } = choose(unit, loads, unplaced.get(choice)!);
    if (!member) return unit.artifacts.map((artifact) => ({ artifact, holder: null, reason: why }));
    for (const artifact of unit.artifacts) loads.add(artifact, member.boot);
    unplaced.set(choice, unplaced.get(choice)! - unit.weight);
    return unit.artifacts.map((artifact) => ({ artifact, holder: member.boot, reason: `${member.pod} ${why}` }));
  });
}

function choose(unit: Unit, loads: Loads, unplaced: number): { member: MemberRecord | undefined; why: string } {
  const { candidates, weight, because } = unit;
  if (candidates.length === 0) return { member: undefined, why: 'no live member can hold it' };
  if (candidates.length === 1) return { member: candidates[0], why: because ?? 'is the only member that can hold it' };
  const share = (candidates.reduce((sum, { boot }) => sum + loads.of(boot), 0) + unplaced) / candidates.length;
  const scored = candidates.map((member) => ({
    member,
    load: loads.of(member.boot),
    clashes: unit.artifacts.reduce((sum, artifact) => sum + loads.clashes(artifact, member.boot), 0),
    liking: preference(unit.artifacts[0]!, member.pod),
  }));
  const fewest = Math.min(...scored.map(({ clashes }) => clashes));
  const apart = scored.filter(({ clashes }) => clashes === fewest);
  const fitting = apart.filter(({ load }) => load + weight <= share);
  if (fitting.length > 0) {
    const { member } = fitting.reduce((best, one) => (one.liking > best.liking ? one : best));
    return { member, why: 'is first choice with room' };
  }
  const { member } = apart.reduce((best, one) => ((one.load - best.load || best.liking - one.liking) < 0 ? one : best));
  return { member, why: apart.length < scored.length ? 'keeps it apart from others' : 'is least loaded' };
}

function unitsOf(asked: readonly string[], facts: PlacementFacts): Unit[] {
  const singles: string[] = [];
  const groups = new Map<string, string[]>();
  for (const artifact of asked) {
    const group = askedOf(artifact, facts.offers)?.group;
    if (group === undefined) singles.push(artifact);
    else groups.set(group, [...(groups.get(group) ?? []), artifact]);
  }
  const units = singles.map((artifact) => unitOf([artifact], facts));
  for (const [group, artifacts] of groups) {
    const unit = unitOf(artifacts.toSorted(compareText), facts, matesOf(group, facts));
    // Nobody can hold them all: better apart than not at all.
    if (unit.candidates.length > 0 || artifacts.length === 1) units.push(unit);
    else units.push(...artifacts.map((artifact) => unitOf([artifact], facts)));
  }
  return units;
}

function unitOf(artifacts: readonly string[], facts: PlacementFacts, mates: ReadonlySet<string> = new Set()): Unit {
  const able = candidatesForAll(artifacts, facts);
  const weight = weightOf(artifacts, facts.offers);
  const wished = able.filter(({ pod }) => artifacts.some((artifact) => facts.moves?.[artifact] === pod));
  if (wished.length > 0) return { artifacts, weight, candidates: wished.slice(0, 1), because: 'was asked for' };
  const beside = able.filter(({ boot }) => mates.has(boot));
  if (beside.length > 0)
    return { artifacts, weight, candidates: beside.slice(0, 1), because: 'holds the rest of its group' };
  return { artifacts, weight, candidates: able, because: undefined };
}

/** Boot ids of those that hold something of that group. */
function matesOf(group: string, { artifacts, offers }: PlacementFacts): Set<string> {
  const mates = new Set<string>();
  for (const [artifact, { holder }] of Object.entries(artifacts))
    if (holder !== null && askedOf(artifact, offers)?.group === group) mates.add(holder);
  return mates;
}

function bootsOf(members: readonly MemberRecord[]): string {
  return members.map(({ boot }) => boot).join(' ');
}
