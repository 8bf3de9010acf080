import { groupLabels, instanceLabels, metadata } from '../labels.ts';
import { because, type Manifest, type Tree } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';

export const metricsRule: Tree = because(
  "Metrics, for a namespace with this label. The kubelet's probes come from the node and need no rule.",
  {
    from: [{ namespaceSelector: { matchLabels: { 'gantry.dev/monitoring': 'true' } } }],
    ports: [{ port: 'health', protocol: 'TCP' }],
  },
);

/**
 * Who may connect to the pods. Two policies, because isolated pods take no requests at all; what several policies allow
 * adds up. Going out is not restricted: where an integration sends is what it is for.
 */
export function networkPolicies(setting: ManifestSetting): readonly Manifest[] {
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(setting),
      spec: {
        podSelector: { matchLabels: instanceLabels(setting) },
        policyTypes: ['Ingress'],
        ingress: [
          metricsRule,
          ...(setting.peers
            ? [
                because('Promises, among the pods of this deployment.', {
                  from: [{ podSelector: { matchLabels: instanceLabels(setting) } }],
                  ports: [{ port: 'peers', protocol: 'TCP' }],
                }),
              ]
            : []),
        ],
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(setting, `${setting.name}-traffic`, 'main'),
      spec: {
        podSelector: { matchLabels: groupLabels(setting, 'main') },
        policyTypes: ['Ingress'],
        ingress: [
          because('Requests, from everywhere.', {
            ports: ['http', ...setting.doors.map(({ name }) => name)].map((port) => ({ port, protocol: 'TCP' })),
          }),
        ],
      },
    },
  ];
}
