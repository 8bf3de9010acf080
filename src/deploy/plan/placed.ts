/** What is wrong, or not as its reader may think, with where artifacts ask to be held. */
import type { Problem } from '../../errors.ts';
import { isAllowed, unitsOf } from './deal.ts';
import type { Group } from './isolation.ts';
import type { Layout } from './layout.ts';
import { error, note, warning } from './problems.ts';
import { count, listed, type Situation } from './situation.ts';

/** Artifacts that must be held together, in pods that cannot hold both. */
export function splitGroups({ stateful }: Situation, groups: readonly Group[]): Problem[] {
  const podOf = (key: string): string => groups.find(({ artifacts }) => artifacts.includes(key))?.name ?? 'main';
  return unitsOf(stateful).flatMap((unit) => {
    const pods = [...new Set(unit.map(({ key }) => podOf(key)))];
    if (pods.length < 2) return [];
    const [first] = unit;
    const keys = unit.map(({ key }) => key);
    return [
      error(
        'GROUP_SPLIT',
        first!.at,
        `${listed(keys)} are of the group ${first!.placement.group}, which one replica holds as a whole; they would be in the pods of ${listed(pods)}.`,
        'Isolate all of them together, or none; or take the group out of deployment.toml.',
        first!.key,
      ),
    ];
  });
}

/** Pins that fit no pod of this plan, and pins that mean something else than in MI. */
export function pinned({ stateful }: Situation, { pods, nodes }: Layout): Problem[] {
  return stateful.flatMap((artifact) => {
    const { key, at, placement } = artifact;
    const { pins } = placement;
    if (pins === undefined) return [];
    const mayHold = pods.filter((pod) => pod.mayHold.includes(key));
    const named = mayHold.filter(({ name, node }) => isAllowed(placement, { names: [name, node] }));
    const names = listed(pins);
    if (named.length === 0) {
      const there = [...mayHold.map(({ name }) => name), ...nodes.map(({ name }) => name)];
      const text = `${key} is pinned to ${names}; of the pods that may hold it, none has such a name, so nobody runs it.`;
      const hint = `pinnedServers takes names of pods or worker nodes, such as ${listed([...new Set(there)])}.`;
      return [warning('PINNED_NOWHERE', at, text, hint, key)];
    }
    if (pins.length === 1) return [];
    const text = `${key} is pinned to ${count(pins.length, 'server')} (${names}): one of them runs it at a time, where MI would run it on each.`;
    const hint = 'For a run on each server, make one artifact for each, pinned to it alone.';
    return [note('PINNED_ONCE', at, text, hint, key)];
  });
}
