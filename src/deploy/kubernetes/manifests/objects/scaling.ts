import { groupLabels, metadata } from '../labels.ts';
import { because, type Branch, type Manifest, type Tree } from '../manifest.ts';
import { replicaCosts } from '../../../plan/capacity.ts';
import { toName } from '../../names.ts';
import type { QueueTrigger } from '../queues.ts';
import { queueSecretKey, queueSecretName, type ManifestSetting } from '../setting.ts';
import type { PodGroup } from './pod.ts';

const busyReason = 'A replica runs its flows on one CPU; with less than a third of it to spare, one more is wanted.';
const busyCpu = `${1_000 * replicaCosts.fullAt}m`;

/** Up fast, down slowly: the next peak may be near. */
const behaviour: Branch = {
  scaleUp: because('At once: requests are waiting.', {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 2, periodSeconds: 15 },
    ],
  }),
  scaleDown: because('Slowly: the next peak may be near, and each pod that goes hands its artifacts over.', {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
  }),
};

/** Only where there is a second replica: else it would hold up every drain of the node, or change nothing. */
export function disruptionBudget(main: PodGroup, setting: ManifestSetting): Manifest | undefined {
  if (main.replicas < 2) return undefined;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(setting, setting.name, 'main'),
    spec: {
      maxUnavailable: because('Nodes are drained one replica at a time.', 1),
      unhealthyPodEvictionPolicy: because('A pod that is broken anyway does not hold up a drain.', 'AlwaysAllow'),
      selector: { matchLabels: groupLabels(setting, 'main') },
    },
  };
}

/** By CPU alone. Where queues are followed, KEDA makes the autoscaler: two of them would undo each other's work. */
export function autoscaler(main: PodGroup, setting: ManifestSetting): Manifest | undefined {
  if (setting.maxReplicas === undefined || setting.queues !== undefined) return undefined;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(setting, setting.name, 'main'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: setting.name },
      minReplicas: atLeast(main),
      maxReplicas: setting.maxReplicas,
      metrics: because(busyReason, [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: busyCpu } } },
      ]),
      behavior: behaviour,
    },
  };
}

/** Never none: whatever is stateful needs somebody to hold it, and somebody must answer requests. */
function atLeast(main: PodGroup): Tree {
  return because('Two at least, so that one may be lost.', Math.max(2, main.replicas));
}

/** By CPU, and by the depth of queues that every replica consumes from; and where the passwords for that are. */
export function queueScaling(main: PodGroup, setting: ManifestSetting): readonly Manifest[] {
  const { queues, maxReplicas } = setting;
  if (queues === undefined || maxReplicas === undefined) return [];
  return [
    ...queues.filter(hasSecrets).map((queue) => authentication(queue, setting)),
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: metadata(setting, setting.name, 'main'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: setting.name },
        minReplicaCount: atLeast(main),
        maxReplicaCount: maxReplicas,
        pollingInterval: because('A queue that fills is seen within so many seconds.', 10),
        advanced: { horizontalPodAutoscalerConfig: { behavior: behaviour } },
        triggers: [
          because(busyReason, { type: 'cpu', metricType: 'AverageValue', metadata: { value: busyCpu } }),
          ...queues.map((queue) =>
            because(`What ${queue.consumer} has not taken yet; every replica takes its part.`, {
              type: queue.type,
              metadata: { ...queue.metadata },
              authenticationRef: hasSecrets(queue) ? { name: authenticationName(queue, setting) } : undefined,
            }),
          ),
        ],
      },
    },
  ];
}

function authentication(queue: QueueTrigger, setting: ManifestSetting): Manifest {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: metadata(setting, authenticationName(queue, setting), 'main'),
    spec: {
      secretTargetRef: because(
        'Yours: a Secret that KEDA reads and the pods do not.',
        Object.keys(queue.secrets).map((parameter) => ({
          parameter,
          name: queueSecretName(setting),
          key: queueSecretKey(queue, parameter),
        })),
      ),
    },
  };
}

function hasSecrets({ secrets }: QueueTrigger): boolean {
  return Object.keys(secrets).length > 0;
}

function authenticationName({ consumer }: QueueTrigger, { name }: ManifestSetting): string {
  return `${name}-${toName(consumer)}`;
}
