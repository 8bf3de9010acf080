import { groupLabels, metadata } from '../labels.ts';
import { because, type Manifest, type Tree } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';
import { podTemplate, type PodGroup } from './pod.ts';

/** POD 1 has the deployment's own name; an isolated group's is added to it. */
export function deploymentName(group: Pick<PodGroup, 'name'>, setting: Pick<ManifestSetting, 'name'>): string {
  return group.name === 'main' ? setting.name : `${setting.name}-${group.name}`;
}

export function deployment(group: PodGroup, setting: ManifestSetting): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(setting, deploymentName(group, setting), group.name),
    spec: {
      replicas: replicas(group, setting),
      revisionHistoryLimit: because('So many versions can be gone back to.', 10),
      minReadySeconds: because('A version that falls over at once does not replace the next pod.', 2),
      progressDeadlineSeconds: because('An update that gets no further for so long has failed.', 120),
      strategy: strategy(group),
      selector: { matchLabels: groupLabels(setting, group.name) },
      template: podTemplate(group, setting),
    },
  };
}

/** Whoever applies the manifests again must not undo what the autoscaler decided. */
function replicas(group: PodGroup, setting: ManifestSetting): number | undefined {
  return group.name === 'main' && setting.maxReplicas !== undefined ? undefined : group.replicas;
}

function strategy(group: PodGroup): Tree {
  if (group.serves === 'none')
    return because('Takes no requests, so it need not overlap: the old pod hands over, then the new one starts.', {
      type: 'Recreate',
    });
  return because('A new pod serves before an old one goes.', {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
  });
}
