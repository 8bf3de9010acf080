import { groupLabels, metadata } from '../labels.ts';
import { because, type Manifest } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';
import type { PodGroup } from './pod.ts';

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

export function autoscaler(main: PodGroup, setting: ManifestSetting): Manifest | undefined {
  if (setting.maxReplicas === undefined) return undefined;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(setting, setting.name, 'main'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: setting.name },
      minReplicas: because('Two at least, so that one may be lost.', Math.max(2, main.replicas)),
      maxReplicas: setting.maxReplicas,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
      behavior: {
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
      },
    },
  };
}
