import type { PodRequest } from './capacity.ts';
import type { Layout } from './layout.ts';
import type { CostRow } from './plan.ts';
import { podRequest } from './timings.ts';

/** What a layout asks of the cluster. Nodes are those with a pod on them or kept for the pods of a lost one. */
export function costOf(layout: Layout, chosen: boolean, main: PodRequest = podRequest): CostRow {
  const pods = layout.pods.length;
  const apart = layout.pods.filter(({ group }) => group !== 'main').length;
  const sum = (of: keyof PodRequest): number => (pods - apart) * main[of] + apart * podRequest[of];
  return {
    pattern: layout.pattern,
    chosen,
    pods,
    nodes: layout.nodes.length,
    cpuMillis: sum('cpuMillis'),
    memoryMi: sum('memoryMi'),
  };
}
