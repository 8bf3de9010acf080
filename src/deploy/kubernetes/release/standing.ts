/** How a deployment stands, as far as the cluster tells whoever asks. */
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { toRecord } from '../../../coordination/arbiters/kubernetes/objects.ts';
import { podOf } from '../../../coordination/decide/names.ts';
import type { Assignment } from '../../../coordination/index.ts';
import type { Cluster, KubernetesObject, ResourceKind } from '../cluster/cluster.ts';
import { kinds } from '../cluster/kinds.ts';
import { diagnose, type Diagnosis } from './diagnose.ts';
import { releasesOf, type Deployed } from './history.ts';
import { ReleaseError, type ReleaseFacts } from './release.ts';
import { podProgress, progressOf, type PodState } from './rollout.ts';
import type { Condition, Deployment } from '../cluster/deployment.ts';
import { artifactsAnnotation } from '../manifests/setting.ts';
import { podsOf, type ClusterEvent, type Pod, type View } from './shapes.ts';

export interface Standing extends Deployed {
  readonly groups: readonly GroupStanding[];
  readonly singletons: readonly SingletonStanding[];
  /** Oldest first. */
  readonly releases: readonly ReleaseFacts[];
  /** Where requests come in, as the cluster has them. */
  readonly entrances: readonly KubernetesObject[];
  readonly warnings: readonly Diagnosis[];
}

export interface GroupStanding {
  /** Of the Deployment. */
  readonly name: string;
  readonly wanted: number;
  readonly ready: number;
  readonly state: 'rolling' | 'serves' | 'done';
  readonly pods: readonly PodStanding[];
  readonly conditions: readonly Condition[];
}

export interface PodStanding {
  readonly name: string;
  readonly node: string | undefined;
  readonly state: PodState;
  readonly reason: string | undefined;
  readonly restarts: number;
  /** Digest of its artifacts. */
  readonly version: string | undefined;
  readonly isNew: boolean;
  /** RFC 3339. */
  readonly since: string | undefined;
}

export interface SingletonStanding {
  /** "task/nightly". */
  readonly artifact: string;
  readonly holder: string | undefined;
  readonly token: number;
  readonly by: string;
  readonly reason: string;
}

/** Names of the deployments of a namespace. */
export async function deploymentNames(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const labelSelector = 'app.kubernetes.io/managed-by=gantry';
  const found = await cluster.list({ kind: kinds.deployments, namespace, labelSelector }, signal);
  const names = found.flatMap(({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] ?? []);
  return [...new Set(names)].toSorted();
}

/** Rejects with a ReleaseError when there is nothing of that name. */
export async function standingOf(cluster: Cluster, deployed: Deployed, signal: AbortSignal): Promise<Standing> {
  const { name, namespace } = deployed;
  const labelSelector = `app.kubernetes.io/instance=${name}`;
  const list = (kind: ResourceKind): Promise<readonly KubernetesObject[]> =>
    cluster.list({ kind, namespace, labelSelector }, signal);
  const [deployments, replicaSets, pods, events, releases, assignment, ...entrances] = await Promise.all([
    list(kinds.deployments),
    list(kinds.replicaSets),
    list(kinds.pods),
    optional(
      cluster.list({ kind: kinds.events, namespace, fieldSelector: 'involvedObject.kind=Pod,type=Warning' }, signal),
    ),
    optional(releasesOf(cluster, deployed, signal)),
    optional(cluster.get({ kind: kinds.configMaps, name: `gantry.${name}`, namespace }, signal)),
    ...[kinds.services, kinds.ingresses, kinds.httpRoutes].map((kind) => optional(list(kind))),
  ]);
  if (deployments.length === 0) throw await noDeployment(cluster, deployed, signal);
  const view: View = {
    deployments: deployments as readonly Deployment[],
    replicaSets,
    pods: pods as readonly Pod[],
    events: (events ?? []) as readonly ClusterEvent[],
  };
  return {
    name,
    namespace,
    groups: groupsOf(view),
    singletons: singletonsOf(assignment),
    releases: (releases ?? []).map(({ facts }) => facts),
    entrances: entrances.flatMap((found) => found ?? []),
    warnings: diagnose(view),
  };
}

export async function noDeployment(
  cluster: Cluster,
  { name, namespace }: Deployed,
  signal: AbortSignal,
): Promise<ReleaseError> {
  const names = await deploymentNames(cluster, namespace, signal);
  const hint = names.length === 0 ? 'There is none; --namespace looks elsewhere.' : `There are: ${names.join(', ')}.`;
  return new ReleaseError('NO_RELEASE', `Namespace ${namespace} has no deployment "${name}".`, hint);
}

/** What may not be read, or is of a kind this cluster does not have, is left out. */
async function optional<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof ApiError) return undefined;
    throw error;
  });
}

function groupsOf(view: View): readonly GroupStanding[] {
  const progress = progressOf(view);
  return view.deployments.map((deployment, index) => {
    const pods = podsOf(deployment, view).map(({ pod, isNew }): PodStanding => {
      const { name, node, state, reason, restarts } = podProgress(pod, isNew);
      const { annotations, creationTimestamp } = pod.metadata;
      return {
        name,
        node,
        state,
        reason,
        restarts,
        version: annotations?.[artifactsAnnotation],
        isNew,
        since: creationTimestamp,
      };
    });
    const { wanted, state, name } = progress[index]!;
    return {
      name,
      wanted,
      ready: pods.filter((pod) => pod.state === 'ready').length,
      state,
      pods: pods.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      conditions: deployment.status?.conditions ?? [],
    };
  });
}

function singletonsOf(object: KubernetesObject | undefined): readonly SingletonStanding[] {
  const record = object && (toRecord(object)?.value as Assignment | undefined);
  return Object.entries(record?.artifacts ?? {})
    .map(([artifact, { holder, token, by, reason }]) => ({
      artifact,
      holder: holder === null ? undefined : podOf(holder),
      token,
      by,
      reason,
    }))
    .toSorted((a, b) => (a.artifact < b.artifact ? -1 : 1));
}
