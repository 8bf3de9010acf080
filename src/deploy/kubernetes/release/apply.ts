/** The objects of a release as they are applied, and those of earlier ones that it has not. */
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { called, put } from '../cluster/bringing.ts';
import type { Cluster, KubernetesObject } from '../cluster/cluster.ts';
import { refOf } from '../cluster/kinds.ts';
import type { Previewed } from './preview.ts';
import { fieldManager, ReleaseError, type Release } from './release.ts';

export interface ApplyOptions {
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly onApplied: (object: KubernetesObject, change: Previewed['change']) => void;
}

/** Rejects with a ReleaseError that says what was applied and what was not. */
export async function applyObjects(
  cluster: Cluster,
  previewed: readonly Previewed[],
  { force, signal, onApplied }: ApplyOptions,
): Promise<readonly KubernetesObject[]> {
  const applied: KubernetesObject[] = [];
  for (const { wanted, live, change, overrides } of previewed) {
    try {
      applied.push(await put(cluster, wanted, live, { manager: fieldManager, force: force || overrides, signal }));
      onApplied(wanted, change);
    } catch (cause) {
      signal.throwIfAborted();
      const done = previewed.slice(0, applied.length).map((one) => called(one.wanted));
      const left = previewed.slice(applied.length).map((one) => called(one.wanted));
      throw new ReleaseError(
        'HALF_DONE',
        `${called(wanted)} could not be applied: ${cause instanceof ApiError ? cause.said : (cause as Error).message}. ` +
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
  const known = new Map(earlier.flatMap((release) => release.objects).map((object) => [called(object), object]));
  for (const object of objects) known.delete(called(object));
  const live = await Promise.all([...known.values()].map((object) => cluster.get(refOf(object), signal)));
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
