/**
 * Where the scheduler puts replicas. Two rules of different kinds, because the scheduler's score for topology spread
 * passes over every node that lacks any one of the keys named there: where nodes have no zone, naming both would leave
 * three replicas on one node.
 */
import { groupLabels } from '../labels.ts';
import { because, type Branch, type Tree } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';

/** Replicas of one version; those of another come and go. */
function alike(group: string, setting: ManifestSetting): Branch {
  return { labelSelector: { matchLabels: groupLabels(setting, group) }, matchLabelKeys: ['pod-template-hash'] };
}

/** For `topologySpreadConstraints`. Every node has a host name. */
export function overNodes(group: string, setting: ManifestSetting): Tree {
  return because('Evenly over the nodes, as far as there are any; counted within one version.', [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      ...alike(group, setting),
      nodeTaintsPolicy: 'Honor',
    },
  ]);
}

/** For `affinity`. Nodes without a zone are left as they are. */
export function overZones(group: string, setting: ManifestSetting): Tree {
  const apart = { topologyKey: 'topology.kubernetes.io/zone', ...alike(group, setting) };
  return because('And over the zones, where nodes have one. Not named above: that would leave out nodes without.', {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }],
    },
  });
}
