/** Objects go in in their order; what an earlier release had, and this one has not, goes out. */
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Cluster, KubernetesObject, ObjectRef } from '../cluster/cluster.ts';
import { keepReplicas } from '../cluster/keep-replicas.ts';
import { refOf } from '../cluster/kinds.ts';
import type { Previewed } from './preview.ts';
import { fieldManager, ReleaseError, type Release } from './release.ts';

export interface ApplyOptions {
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly onApplied: (ref: ObjectRef, change: Previewed['change']) => void;
}

/** Rejects with a ReleaseError that says what was applied and what was not. */
export async function applyObjects(
  cluster: Cluster,
  previewed: readonly Previewed[],
  { force, signal, onApplied }: ApplyOptions,
): Promise<readonly KubernetesObject[]> {
  const applied: KubernetesObject[] = [];
  for (const { ref, wanted, live, change, overrides } of previewed) {
    try {
      await keepReplicas(cluster, wanted, live, signal);
      applied.push(await cluster.apply(wanted, { manager: fieldManager, force: force || overrides, signal }));
      onApplied(ref, change);
    } catch (cause) {
      signal.throwIfAborted();
      const done = previewed.slice(0, applied.length).map((one) => nameOf(one.ref));
      const left = previewed.slice(applied.length).map((one) => nameOf(one.ref));
      throw new ReleaseError(
        'HALF_DONE',
        `${nameOf(ref)} could not be applied: ${cause instanceof ApiError ? cause.said : (cause as Error).message}. ` +
          `Applied: ${done.join(', ') || 'nothing'}. Not applied: ${left.join(', ')}.`,
        'The same command again goes on from there; gantry rollback goes back.',
        cause,
      );
    }
  }
  return applied;
}

/** Of earlier releases, not in this one, there, and still ours. */
export async function prunable(
  cluster: Cluster,
  name: string,
  objects: readonly KubernetesObject[],
  earlier: readonly Pick<Release, 'objects'>[],
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const wanted = new Set(objects.map((object) => keyOf(refOf(object))));
  const gone = new Map<string, ObjectRef>();
  for (const release of earlier)
    for (const object of release.objects) {
      const ref = refOf(object);
      if (!wanted.has(keyOf(ref))) gone.set(keyOf(ref), ref);
    }
  const live = await Promise.all([...gone.values()].map((ref) => cluster.get(ref, signal)));
  return live.filter((object) => object !== undefined).filter((object) => isOurs(object, name));
}

/** Labels can be copied; what another controller owns is not ours, whatever its labels say. */
export function isOurs({ metadata }: KubernetesObject, name: string): boolean {
  return (
    metadata.labels?.['app.kubernetes.io/managed-by'] === 'gantry' &&
    metadata.labels['app.kubernetes.io/instance'] === name &&
    !metadata.ownerReferences?.some(({ controller }) => controller) &&
    metadata.deletionTimestamp === undefined
  );
}

export function nameOf({ kind, name }: ObjectRef): string {
  return `${kind.kind} ${name}`;
}

function keyOf({ kind, name, namespace }: ObjectRef): string {
  return `${kind.kind}/${namespace ?? ''}/${name}`;
}
