/**
 * How objects come into a cluster and go from it, for `gantry deploy` and the operator alike:
 *
 *   1. what pods need comes before them, and isolated pods before POD 1, whose artifacts move into them
 *   2. what nobody wants any more goes, but for
 *   3. what the pods of the version before may still need: that goes when the new ones serve
 */
import type { Cluster, KubernetesObject } from './cluster.ts';
import { keepReplicas } from './keep-replicas.ts';
import { kinds, refOf } from './kinds.ts';

const componentLabel = 'app.kubernetes.io/component';

export function inOrder(wanted: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const isPodMaker = ({ kind }: KubernetesObject): boolean => kind === kinds.deployments.kind;
  const makers = wanted.filter(isPodMaker);
  return [
    ...wanted.filter((object) => !isPodMaker(object)),
    ...makers.filter((object) => !isMain(object)),
    ...makers.filter(isMain),
  ];
}

/** POD 1. */
export function isMain({ kind, metadata }: KubernetesObject): boolean {
  return kind === kinds.deployments.kind && metadata.labels?.[componentLabel] === 'main';
}

/** `seen`: what is there of that name. Resolves to what the API server made of it. */
export async function put(
  cluster: Cluster,
  wanted: KubernetesObject,
  seen: KubernetesObject | undefined,
  how: { readonly manager: string; readonly force: boolean; readonly signal: AbortSignal },
): Promise<KubernetesObject> {
  await keepReplicas(cluster, wanted, seen, how.signal);
  return cluster.apply(wanted, how);
}

const neededByPods = new Set(['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap', 'Deployment', 'NetworkPolicy']);

/** Of those that are there and ours: what may go at once, and what only when the new version serves. */
export function unwanted(
  there: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
): { readonly atOnce: readonly KubernetesObject[]; readonly whenServed: readonly KubernetesObject[] } {
  const names = new Set(wanted.map(called));
  const stale = there.filter((one) => !names.has(called(one)) && one.metadata.deletionTimestamp === undefined);
  return {
    atOnce: stale.filter(({ kind }) => !neededByPods.has(kind)),
    whenServed: stale.filter(({ kind }) => neededByPods.has(kind)),
  };
}

/** That very object, and not another of its name. False when it was gone already. */
export async function take(cluster: Cluster, object: KubernetesObject, signal: AbortSignal): Promise<boolean> {
  const { uid } = object.metadata;
  return cluster.delete(refOf(object), { ...(uid !== undefined && { uid }), signal });
}

/** "Deployment orders". */
export function called({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.name}`;
}
