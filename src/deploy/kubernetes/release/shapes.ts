/** The fields that are read here of the objects a rollout is made of. */
import type { KubernetesObject } from '../cluster/cluster.ts';
import type { Condition, Deployment } from '../cluster/deployment.ts';

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly finishedAt?: string };
}

export interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image?: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

/** events.k8s.io calls some of it otherwise; the core group's form is what every version gives. */
export interface ClusterEvent extends KubernetesObject {
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
}

/** Written by Kubernetes: which of a Deployment's ReplicaSets makes its present pods. */
const revisionAnnotation = 'deployment.kubernetes.io/revision';
const templateLabel = 'pod-template-hash';

/** One moment of a deployment, as far as watches have told. */
export interface View {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly KubernetesObject[];
  readonly pods: readonly Pod[];
  readonly events: readonly ClusterEvent[];
}

/** Of the version a Deployment's pods are replaced by; undefined until Kubernetes has made its ReplicaSet. */
export function newestTemplate(deployment: Deployment, { replicaSets }: View): string | undefined {
  if ((deployment.status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) return undefined;
  const revision = deployment.metadata.annotations?.[revisionAnnotation];
  const own = replicaSets.find(
    ({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid) === true &&
      metadata.annotations?.[revisionAnnotation] === revision,
  );
  return own?.metadata.labels?.[templateLabel];
}

/** Pods of a Deployment and of which of its versions they are. */
export function podsOf(deployment: Deployment, view: View): readonly { readonly pod: Pod; readonly isNew: boolean }[] {
  const newest = newestTemplate(deployment, view);
  const sets = new Set(
    view.replicaSets
      .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid))
      .map(({ metadata }) => metadata.uid),
  );
  return view.pods
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => sets.has(uid)))
    .map((pod) => ({ pod, isNew: newest !== undefined && pod.metadata.labels?.[templateLabel] === newest }));
}

export function isReady({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
  );
}

export function restartsOf({ status }: Pod): number {
  return status?.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0;
}
