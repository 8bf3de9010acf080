/** Takes a deployment out of a cluster. */
import { leaseSelector, assignmentName } from '../../../coordination/arbiters/kubernetes/objects.ts';
import { systemClock } from '../../../clock.ts';
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { called } from '../cluster/bringing.ts';
import type { Cluster, KubernetesObject, ObjectRef } from '../cluster/cluster.ts';
import { kinds, refOf } from '../cluster/kinds.ts';
import { secretName } from '../manifests/setting.ts';
import { isOurs } from './apply.ts';
import { forgetReleases, releasesOf, type Deployed } from './history.ts';
import { ReleaseError } from './release.ts';
import { noDeployment } from './standing.ts';

export interface Removable {
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
  const [lists, releases, state, secret] = await Promise.all([
    // A kind that may not be listed is none that was made by whoever asks; and the history knows what was.
    Promise.all(made.map((kind) => cluster.list({ kind, namespace, labelSelector }, signal).catch(ifRefused))),
    releasesOf(cluster, deployed, signal),
    stateOf(cluster, deployed, signal),
    cluster.get({ kind: kinds.secrets, name: secretName({ name }), namespace }, signal).catch(ifRefused),
  ]);
  const found = new Map<string, KubernetesObject>();
  for (const object of lists.flatMap((list) => list ?? [])) found.set(called(object), object);
  const known = await Promise.all(
    releases.flatMap(({ objects }) => objects.map((object) => cluster.get(refOf(object), signal).catch(ifRefused))),
  );
  for (const object of known) if (object) found.set(called(object), object);
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
  if (objects.length === 0 && state.length === 0 && releases.length === 0)
    throw await noDeployment(cluster, deployed, signal);
  return {
    objects,
    state,
    releases: releases.length,
    kept: [
      ...(secret ? [`Secret ${secret.metadata.name}, which is yours`] : []),
      ...all.filter((object) => !isOurs(object, name)).map((object) => `${called(object)}, which is not of ${name}`),
      `Namespace ${namespace}`,
    ],
  };
}

/** The assignment, and the leases of those who keep it. */
async function stateOf(
  cluster: Cluster,
  { name, namespace }: Deployed,
  signal: AbortSignal,
): Promise<readonly ObjectRef[]> {
  const assignment: ObjectRef = { kind: kinds.configMaps, name: assignmentName(name), namespace };
  const query = { kind: kinds.leases, namespace, labelSelector: leaseSelector(name) };
  const [kept, leases] = await Promise.all([
    cluster.get(assignment, signal),
    cluster.list(query, signal).catch(ifRefused),
  ]);
  const ofLeases = (leases ?? []).map(({ metadata }) => ({ kind: kinds.leases, name: metadata.name, namespace }));
  return [...(kept ? [assignment] : []), ...ofLeases];
}

export interface RemoveOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onRemoved: (object: string) => void;
}

/** Everything of a deployment; `keepState`: without what keeps fencing tokens rising, and its history. */
export async function removeDeployment(
  cluster: Cluster,
  deployed: Deployed,
  { objects }: Removable,
  { keepState, ...options }: RemoveOptions & { readonly keepState: boolean },
): Promise<void> {
  await removeObjects(cluster, deployed, objects, options);
  if (keepState) return;
  await removeState(cluster, deployed, options);
  await forgetReleases(cluster, deployed, options.signal);
}

/** Pods go first, and are waited for: they hand over and give back what they hold, and would make their records again. */
export async function removeObjects(
  cluster: Cluster,
  deployed: Deployed,
  objects: readonly ObjectRef[],
  { timeoutMs, signal, onRemoved }: RemoveOptions,
): Promise<void> {
  const remove = async (ref: ObjectRef): Promise<void> => {
    if (await cluster.delete(ref, { signal })) onRemoved(`${ref.kind.kind} ${ref.name}`);
  };
  const isPodMaker = (ref: ObjectRef): boolean => ref.kind.kind === kinds.deployments.kind;
  for (const ref of objects.filter(isPodMaker)) await remove(ref);
  await podsGone(cluster, deployed, timeoutMs, signal);
  for (const ref of objects.filter((one) => !isPodMaker(one))) await remove(ref);
}

/** When its pods are gone: those that went in good order have taken their leases along. */
export async function removeState(
  cluster: Cluster,
  deployed: Deployed,
  { signal, onRemoved }: Pick<RemoveOptions, 'signal' | 'onRemoved'>,
): Promise<void> {
  for (const ref of await stateOf(cluster, deployed, signal))
    if (await cluster.delete(ref, { signal })) onRemoved(`${ref.kind.kind} ${ref.name}`);
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
