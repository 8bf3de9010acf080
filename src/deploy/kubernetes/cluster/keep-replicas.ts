import type { Cluster, KubernetesObject } from './cluster.ts';
import { kinds } from './kinds.ts';

/** Who says the number of replicas when an autoscaler takes over, until that speaks. */
export const scaleManager = 'gantry-scale';

/**
 * Called before `wanted` is applied to what is `live`. When an autoscaler takes over, the number of replicas is no longer
 * among what is applied, and a field that nobody applies any more falls back to its default: one. So someone else says it
 * once more until the autoscaler speaks.
 */
export async function keepReplicas(
  cluster: Cluster,
  wanted: KubernetesObject,
  live: KubernetesObject | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (wanted.kind !== kinds.deployments.kind || live === undefined) return;
  const of = (object: KubernetesObject): number | undefined =>
    (object.spec as { readonly replicas?: number } | undefined)?.replicas;
  const replicas = of(live);
  if (of(wanted) !== undefined || replicas === undefined) return;
  const { apiVersion, kind, metadata } = wanted;
  const { name, namespace } = metadata;
  const scale = {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: { replicas },
  };
  await cluster.apply(scale, { manager: scaleManager, force: true, signal });
}
