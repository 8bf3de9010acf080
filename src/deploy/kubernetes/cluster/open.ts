import { inClusterAccess, type Environment } from '../../../coordination/arbiters/kubernetes/in-cluster.ts';
import { kubeconfigAccess } from '../../../coordination/arbiters/kubernetes/kubeconfig.ts';
import { ClusterClient } from './client.ts';
import type { Cluster } from './cluster.ts';

export interface ClusterChoice {
  /** Of kubectl's configuration; the current one when left out. */
  readonly context?: string | undefined;
  /** Of the context, or of the pod, when left out. */
  readonly namespace?: string | undefined;
  readonly env?: Environment;
  readonly onWarning?: (text: string) => void;
}

/**
 * In a pod its service account, elsewhere kubectl's configuration; a KUBECONFIG or context that someone names goes first.
 * Asks the cluster nothing yet. Rejects with a sentence for people when no cluster is known.
 */
export async function openCluster({
  context,
  namespace,
  env = process.env,
  onWarning,
}: ClusterChoice = {}): Promise<Cluster> {
  const isNamed = context !== undefined || Boolean(env['KUBECONFIG']);
  const access = (isNamed ? undefined : inClusterAccess(env)) ?? (await kubeconfigAccess(env, context));
  return new ClusterClient({
    access: namespace === undefined ? access : { ...access, namespace },
    ...(onWarning && { onWarning }),
  });
}
