/**
 * The pod in which an image explains itself: the very image, with what pulls it, told to write its report and end. It
 * has no token, needs no network, and runs as every other pod does.
 */
import { digestOf } from '../../../../digest.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { because, type Branch, type Manifest } from '../../manifests/manifest.ts';
import { restrictedContainer, restrictedPod } from '../../manifests/objects/restricted.ts';
import { componentLabel, managedLabel } from '../names.ts';
import type { Integration } from '../resource/integration.ts';
import { waitingText, type Waiting } from '../waiting.ts';
import { inspectVariable } from './report.ts';

/** Where the artifacts are that no image brought. */
export const artifactsFolder = (name: string): string => `/app/artifacts/${name}`;

/** An image that takes longer to be pulled is pulled on by the next pod. */
const deadlineSeconds = 300;

export function inspectionPodName(name: string, source: string): string {
  return `${name}-inspect-${digestOf([source]).slice(0, 8)}`;
}

export function inspectionPod(
  { metadata: { name, namespace }, spec }: Integration,
  source: string,
  runtimeImage: string,
): Manifest {
  const { oci, image } = spec.artifact;
  const folder = artifactsFolder(name);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: inspectionPodName(name, source),
      namespace,
      labels: { [managedLabel]: 'gantry', [componentLabel]: 'inspection', 'app.kubernetes.io/name': name },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: deadlineSeconds,
      automountServiceAccountToken: because('It only reads its own files.', false),
      enableServiceLinks: false,
      imagePullSecrets: spec.imagePullSecrets?.map((secret) => ({ name: secret })),
      nodeSelector: spec.podTemplate?.nodeSelector,
      tolerations: spec.podTemplate?.tolerations,
      securityContext: restrictedPod,
      containers: [
        {
          name: 'inspection',
          image: image ?? runtimeImage,
          imagePullPolicy: spec.imagePullPolicy ?? 'IfNotPresent',
          args: image === undefined ? ['replica', folder] : undefined,
          env: [{ name: inspectVariable, value: '1' }],
          resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '512Mi' } },
          securityContext: restrictedContainer,
          volumeMounts: oci && [{ name: 'artifacts', mountPath: folder, readOnly: true }],
        },
      ],
      volumes: oci && [ociVolume(oci)],
    },
  };
}

export function ociVolume({ reference, pullPolicy }: NonNullable<Integration['spec']['artifact']['oci']>): Branch {
  return { name: 'artifacts', image: { reference, pullPolicy: pullPolicy ?? 'IfNotPresent' } };
}

/** Kubernetes before 1.35 drops an image volume without a word: what was taken tells. */
export function keptImageVolume(pod: KubernetesObject): boolean {
  const { volumes = [] } = (pod.spec ?? {}) as { readonly volumes?: readonly { readonly image?: object }[] };
  return volumes.some(({ image }) => image !== undefined);
}

/** - waiting: `why` says for what, where that is known
 *  - done: its log has the report
 *  - expired: its time was over before it had begun
 *  - failed: it will not get there */
export interface InspectionState {
  readonly state: 'waiting' | 'done' | 'expired' | 'failed';
  readonly why: string;
  /** It cannot go on by itself. */
  readonly stuck: boolean;
}

interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  readonly containerStatuses?: readonly {
    readonly state?: {
      readonly waiting?: Waiting;
      readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
    };
  }[];
}

export function inspectionState(pod: KubernetesObject): InspectionState {
  const { phase, reason, message, conditions = [], containerStatuses = [] } = (pod.status ?? {}) as PodStatus;
  if (phase === 'Succeeded') return { state: 'done', why: '', stuck: false };
  const { waiting, terminated } = containerStatuses[0]?.state ?? {};
  if (phase === 'Failed') {
    const state = terminated === undefined && reason === 'DeadlineExceeded' ? 'expired' : 'failed';
    return { state, why: [reason, message].filter(Boolean).join(': '), stuck: true };
  }
  const waits = waiting && waitingText(waiting);
  if (waits !== undefined) return { state: 'waiting', why: waits, stuck: true };
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return { state: 'waiting', why: unscheduled?.message ?? '', stuck: unscheduled !== undefined };
}
