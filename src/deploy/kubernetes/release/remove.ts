/** Takes a deployment out of a cluster. */
import { leaseSelector, assignmentName } from '../../../coordination/arbiters/kubernetes/objects.ts';
import { systemClock } from '../../../clock.ts';
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Cluster, KubernetesObject, ObjectRef } from '../cluster/cluster.ts';
import { kinds, refOf } from '../cluster/kinds.ts';
import { secretName } from '../manifests/setting.ts';
import { isOurs, nameOf } from './apply.ts';
import { forgetReleases, releasesOf, type Deployed } from './history.ts';
import { ReleaseError } from './release.ts';
import { noDeployment } from './standing.ts';

export interface Removable {
  /** In the order in which they go. */
  readonly objects: readonly ObjectRef[];
  /** Assignment and leases: they keep fencing tokens rising if the deployment comes back. */
  readonly state: readonly ObjectRef[];
  readonly releases: number;
  /** What is not ours to remove, in words. */
  readonly kept: readonly string[];
}

/** Kinds that a release may have; whatever else an earlier one had stands in its history. */
const made = [
  kinds.deployments,
  kinds.autoscalers,
  kinds.ingresses,
  kinds.services,
  kinds.podDisruptionBudgets,
  kinds.networkPolicies,
  kinds.configMaps,
  kinds.roleBindings,
  kinds.roles,
  kinds.serviceAccounts,
];

/** Rejects with a ReleaseError when there is nothing of that name, or an operator keeps it. */
export async function removableOf(cluster: Cluster, deployed: Deployed, signal: AbortSignal): Promise<Removable> {
  const { name, namespace } = deployed;
  const labelSelector = `app.kubernetes.io/instance=${name},app.kubernetes.io/managed-by=gantry`;
  const [lists, releases, leases, assignment, secret] = await Promise.all([
    Promise.all(made.map((kind) => cluster.list({ kind, namespace, labelSelector }, signal))),
    releasesOf(cluster, deployed, signal),
    cluster.list({ kind: kinds.leases, namespace, labelSelector: leaseSelector(name) }, signal),
    cluster.get({ kind: kinds.configMaps, name: assignmentName(name), namespace }, signal),
    cluster.get({ kind: kinds.secrets, name: secretName({ name }), namespace }, signal).catch(ifRefused),
  ]);
  const found = new Map<string, KubernetesObject>();
  for (const object of lists.flat()) found.set(nameOf(refOf(object)), object);
  const known = await Promise.all(
    releases.flatMap(({ objects }) => objects.map((object) => cluster.get(refOf(object), signal).catch(ifRefused))),
  );
  for (const object of known) if (object) found.set(nameOf(refOf(object)), object);
  const all = [...found.values()];
  const owner = all
    .flatMap(({ metadata }) => metadata.ownerReferences ?? [])
    .find(({ kind }) => kind === 'Integration');
  if (owner)
    throw new ReleaseError(
      'NOT_OURS',
      `${name} belongs to Integration ${owner.name}, and the operator would make it again.`,
      `kubectl -n ${namespace} delete integration ${owner.name}`,
    );
  const objects = all.filter((object) => isOurs(object, name)).map(refOf);
  const state = [...(assignment ? [assignment] : []), ...leases].map(refOf);
  if (objects.length === 0 && state.length === 0 && releases.length === 0)
    throw await noDeployment(cluster, deployed, signal);
  const isPodMaker = (ref: ObjectRef): boolean => ref.kind.kind === kinds.deployments.kind;
  return {
    objects: [...objects.filter(isPodMaker), ...objects.filter((ref) => !isPodMaker(ref))],
    state,
    releases: releases.length,
    kept: [
      ...(secret ? [`Secret ${secret.metadata.name}, which is yours`] : []),
      ...all
        .filter((object) => !isOurs(object, name))
        .map((object) => `${nameOf(refOf(object))}, which is not of ${name}`),
      `Namespace ${namespace}`,
    ],
  };
}

export interface RemoveOptions {
  readonly keepState: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onRemoved: (object: string) => void;
}

/** Pods go first, and are waited for: they hand over and give back what they hold, and would make their records again. */
export async function removeDeployment(
  cluster: Cluster,
  deployed: Deployed,
  removable: Removable,
  { keepState, timeoutMs, signal, onRemoved }: RemoveOptions,
): Promise<void> {
  const remove = async (ref: ObjectRef): Promise<void> => {
    if (await cluster.delete(ref, { signal })) onRemoved(nameOf(ref));
  };
  const isPodMaker = (ref: ObjectRef): boolean => ref.kind.kind === kinds.deployments.kind;
  for (const ref of removable.objects.filter(isPodMaker)) await remove(ref);
  await podsGone(cluster, deployed, timeoutMs, signal);
  for (const ref of removable.objects.filter((one) => !isPodMaker(one))) await remove(ref);
  if (keepState) return;
  // Listed again: pods that went have taken their leases along.
  const { state } = await removableOf(cluster, deployed, signal).catch(() => removable);
  for (const ref of state) await remove(ref);
  await forgetReleases(cluster, deployed, signal);
}

/** Rejects with a ReleaseError when they do not go in time. */
async function podsGone(cluster: Cluster, deployed: Deployed, timeoutMs: number, outer: AbortSignal): Promise<void> {
  const { name, namespace } = deployed;
  const gone = new AbortController();
  const signal = AbortSignal.any([outer, gone.signal]);
  const left = new Set<string>();
  const cancel = systemClock.after(timeoutMs, () => gone.abort());
  await cluster.watch(
    { kind: kinds.pods, namespace, labelSelector: `app.kubernetes.io/instance=${name}` },
    (event) => {
      if (event.type === 'trouble') return;
      if (event.type === 'listed') {
        left.clear();
        for (const { metadata } of event.objects) left.add(metadata.name);
      } else if (event.type === 'put') left.add(event.object.metadata.name);
      else left.delete(event.object.metadata.name);
      if (left.size === 0) gone.abort();
    },
    signal,
  );
  cancel();
  outer.throwIfAborted();
  if (left.size === 0) return;
  throw new ReleaseError(
    'HALF_DONE',
    `${[...left].join(', ')} did not go within ${Math.round(timeoutMs / 1000)} s; the Deployments are deleted, the rest is still there.`,
    'A pod on a node that is lost goes when the node is back or removed. The same command again goes on from there.',
  );
}

function ifRefused(error: unknown): undefined {
  if (error instanceof ApiError) return undefined;
  throw error;
}
