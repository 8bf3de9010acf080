/** Pods on worker nodes: who serves what, who may hold what, and where each pod is put. */
import type { Pattern } from '../status.ts';
import { deal } from './deal.ts';
import type { Group } from './isolation.ts';
import type { PlannedNode, PlannedPod } from './plan.ts';
import type { Situation } from './situation.ts';

export interface Layout {
  readonly pattern: Pattern;
  readonly replicas: number;
  readonly nodes: readonly PlannedNode[];
  readonly pods: readonly PlannedPod[];
}

export function layOut(
  situation: Situation,
  pattern: Pattern,
  groups: readonly Group[],
  replicas: number,
  nodeCount: number,
): Layout {
  const isolated = new Set(groups.flatMap((g) => g.artifacts));
  const names = Array.from({ length: nodeCount }, (_, i) => `node-${i + 1}`);
  const main = situation.stateful.filter((a) => !isolated.has(a.key));
  const inMain = main.map((a) => a.key);
  const stateless = situation.stateless.map((a) => a.key);
  const shares = situation.stateless.filter((a) => a.lanes).map((a) => a.key);
  const hands = Array.from({ length: replicas }, (_, i) => ({ names: [`pod-${i + 1}`, names[i % nodeCount]!] }));
  const mainRuns = deal(main, hands);

  const wanted: Omit<PlannedPod, 'name' | 'node'>[] = [
    ...mainRuns.map((runs) => ({
      title: 'POD 1',
      group: 'main',
      serves: 'all' as const,
      stateless,
      mayHold: inMain,
      ...(shares.length > 0 && { shares }),
      runs,
    })),
    ...groups.map((group, i) => ({
      title: `POD ${i + 2}`,
      group: group.name,
      serves: 'none' as const,
      stateless: [],
      mayHold: group.artifacts,
      runs: group.artifacts,
    })),
  ];
  // Dealt out like cards: the replicas of POD 1 spread over the nodes, and so does everything together.
  const pods = wanted.map((pod, i): PlannedPod => ({ name: `pod-${i + 1}`, node: names[i % nodeCount]!, ...pod }));
  const nodes = names.map((name) => ({ name, pods: pods.filter((p) => p.node === name).map((p) => p.name) }));
  return { pattern, replicas, nodes, pods };
}
