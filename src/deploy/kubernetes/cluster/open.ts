import type { Access } from '../../../coordination/arbiters/kubernetes/access.ts';
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
export async function openCluster(choice: ClusterChoice = {}): Promise<Cluster> {
  const { onWarning } = choice;
  return new ClusterClient({ access: await chosenAccess(choice), ...(onWarning && { onWarning }) });
}

/** Where that is, and who asks. */
export async function chosenAccess({ context, namespace, env = process.env }: ClusterChoice): Promise<Access> {
  const isNamed = context !== undefined || Boolean(env['KUBECONFIG']);
  const access = (isNamed ? undefined : inClusterAccess(env)) ?? (await kubeconfigAccess(env, context));
  return namespace === undefined ? access : { ...access, namespace };
}
