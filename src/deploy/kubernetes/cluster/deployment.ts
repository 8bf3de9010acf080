/** How far the API server's controllers have come with a Deployment. */
import type { KubernetesObject } from './cluster.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** The fields that are read of it. */
export interface Deployment extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface Rollout {
  readonly name: string;
  readonly wanted: number;
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  /** The newest spec is what all this is about. */
  readonly seen: boolean;
  /** Every wanted pod is of the newest version and has been ready for a while, and no other is left; of more than are wanted, any may go yet. */
  readonly done: boolean;
  /** It got no further within its time. */
  readonly failed: boolean;
  /** Why pods cannot even be made: a quota, a policy. */
  readonly refused: string | undefined;
}

export function rolloutOf(object: KubernetesObject): Rollout {
  const { metadata, spec, status = {} } = object as Deployment;
  const wanted = spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0, conditions = [] } = status;
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  const failure = conditions.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
  return {
    name: metadata.name,
    wanted,
    replicas,
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    seen,
    done: seen && updatedReplicas >= wanted && replicas === updatedReplicas && availableReplicas >= wanted,
    failed: seen && progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded',
    refused: failure?.message,
  };
}
