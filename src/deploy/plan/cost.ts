import type { Layout } from './layout.ts';
import type { CostRow } from './plan.ts';
import { podRequest } from './timings.ts';

/** What a layout asks of the cluster. Nodes are those with a pod on them or kept for the pods of a lost one. */
export function costOf(layout: Layout, chosen: boolean): CostRow {
  const pods = layout.pods.length;
  return {
    pattern: layout.pattern,
    chosen,
    pods,
    nodes: layout.nodes.length,
    cpuMillis: pods * podRequest.cpuMillis,
    memoryMi: pods * podRequest.memoryMi,
  };
}
