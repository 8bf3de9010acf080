/** An Integration as the code sees it. spec.ts and status.ts describe the same fields; the compiler holds them together. */
import type { KubernetesObject, ResourceKind } from '../../cluster/cluster.ts';
import type { Branch } from '../../manifests/manifest.ts';

export const group = 'gantry.dev';
export const version = 'v1alpha1';

export const integrations: ResourceKind = {
  apiVersion: `${group}/${version}`,
  kind: 'Integration',
  plural: 'integrations',
  namespaced: true,
};

export interface Integration extends KubernetesObject {
  readonly spec: IntegrationSpec;
  readonly status?: IntegrationStatus;
}

export interface IntegrationSpec {
  readonly artifact: ArtifactSource;
  readonly pattern?: PatternWord;
  readonly replicas?: number;
  readonly autoscaling?: Autoscaling;
  readonly isolate?: readonly IsolatedGroup[];
  readonly expose?: Expose;
  readonly env?: readonly Variable[];
  readonly resources?: Resources;
  readonly imagePullPolicy?: PullPolicy;
  readonly imagePullSecrets?: readonly string[];
  readonly peers?: boolean;
  readonly update?: Update;
  readonly paused?: boolean;
  readonly podTemplate?: PodChanges;
}

export type PatternWord = 'Auto' | 'Single' | 'Replicated' | 'Coordinated' | 'Isolated';
export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface ArtifactSource {
  readonly image?: string;
  readonly configMap?: { readonly name: string };
  readonly oci?: { readonly reference: string; readonly pullPolicy?: PullPolicy };
}

export interface Autoscaling {
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly followQueues?: boolean;
}

export interface IsolatedGroup {
  readonly group: string;
  readonly artifacts: readonly string[];
}

export interface Expose {
  readonly type?: 'Service' | 'LoadBalancer' | 'Ingress' | 'Gateway';
  readonly host?: string;
  readonly ingressClassName?: string;
  readonly tlsSecretName?: string;
  readonly gateway?: { readonly name: string; readonly namespace?: string };
}

export interface KeyOf {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: KeyOf; readonly configMapKeyRef?: KeyOf };
}

export type Quantities = Readonly<Record<string, string | number>>;
export interface Resources {
  readonly requests?: Quantities;
  readonly limits?: Quantities;
}

export interface Update {
  readonly onFailure?: 'Stop' | 'Rollback';
  readonly deadlineSeconds?: number;
  readonly keepRevisions?: number;
}

export type Texts = Readonly<Record<string, string>>;
export interface PodChanges {
  readonly labels?: Texts;
  readonly annotations?: Texts;
  readonly nodeSelector?: Texts;
  readonly tolerations?: readonly Branch[];
  readonly affinity?: Branch;
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly volumes?: readonly Volume[];
  readonly volumeMounts?: readonly VolumeMount[];
}

export interface Volume {
  readonly name: string;
  readonly configMap?: Branch;
  readonly secret?: Branch;
  readonly persistentVolumeClaim?: Branch;
  readonly emptyDir?: Branch;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

export interface IntegrationStatus {
  readonly observedGeneration?: number;
  readonly pattern?: string;
  readonly patternReason?: string;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly selector?: string;
  readonly pods?: string;
  readonly url?: string;
  readonly revision?: number;
  readonly artifact?: RunningArtifact;
  readonly history?: readonly RevisionEntry[];
  readonly singletons?: string;
  readonly coordination?: readonly HeldArtifact[];
  readonly conditions?: readonly Condition[];
}

export interface RunningArtifact {
  readonly digest?: string;
  readonly short?: string;
  readonly image?: string;
}

/** - Rolling: not all of its pods serve yet
 *  - Served: they did
 *  - Failed: it got no further within its time */
export type Outcome = 'Rolling' | 'Served' | 'Failed';

export interface RevisionEntry {
  readonly revision: number;
  readonly digest?: string;
  readonly since?: string;
  readonly outcome?: Outcome;
}

export interface HeldArtifact {
  readonly artifact: string;
  readonly holder?: string;
  readonly token?: number;
  readonly since?: string;
  readonly by?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}
