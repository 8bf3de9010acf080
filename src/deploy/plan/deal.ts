/** Which replica of POD 1 each stateful artifact is expected to begin on. */
import type { Placement } from '../../artifacts/placement.ts';
import type { InsideArtifact } from './inside.ts';

export interface Hand {
  /** Of the pod, and of its node: what an artifact can be pinned to. */
  readonly names: readonly string[];
}

interface Dealt {
  readonly keys: string[];
  readonly words: Set<string>;
  weight: number;
}

/**
 * Deals the artifacts like cards, each to the hand with the least so far that may hold it and keeps it from what it
 * should be apart from. A group goes as one. What is pinned to none of the hands stays in the pack.
 */
export function deal(artifacts: readonly InsideArtifact[], hands: readonly Hand[]): string[][] {
  const dealt = hands.map((): Dealt => ({ keys: [], words: new Set(), weight: 0 }));
  for (const unit of unitsOf(artifacts)) {
    const placements = unit.map((artifact) => artifact.placement);
    const words = placements.flatMap(({ apart }) => apart ?? []);
    const able = dealt.filter((_, i) => placements.every((placement) => isAllowed(placement, hands[i]!)));
    const shared = (hand: Dealt): number => words.filter((word) => hand.words.has(word)).length;
    const [taker] = able.toSorted((a, b) => shared(a) - shared(b) || a.weight - b.weight);
    if (!taker) continue;
    taker.keys.push(...unit.map(({ key }) => key));
    taker.weight += placements.reduce((sum, { weight }) => sum + (weight ?? 1), 0);
    for (const word of words) taker.words.add(word);
  }
  return dealt.map(({ keys }) => keys);
}

export function isAllowed({ pins }: Placement, { names }: Hand): boolean {
  return pins === undefined || pins.some((pin) => names.includes(pin));
}

/** Artifacts of one group together, at the place of the first of them. */
export function unitsOf(artifacts: readonly InsideArtifact[]): InsideArtifact[][] {
  const units = new Map<string, InsideArtifact[]>();
  for (const artifact of artifacts) {
    const { group } = artifact.placement;
    const name = group === undefined ? `artifact ${artifact.key}` : `group ${group}`;
    const unit = units.get(name);
    if (unit) unit.push(artifact);
    else units.set(name, [artifact]);
  }
  return [...units.values()];
}
