import { groupLabels, metadata } from '../labels.ts';
import { because, type Manifest } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';

/** How requests reach the replicas of POD 1. */
export function service(setting: ManifestSetting): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(setting),
    spec: {
      selector: groupLabels(setting, 'main'),
      trafficDistribution: because('A replica in the same zone is asked first.', 'PreferClose'),
      ports: [{ name: 'http', port: 80, targetPort: 'http', appProtocol: 'http' }],
    },
  };
}

export function ingress(setting: ManifestSetting): Manifest | undefined {
  if (setting.ingress === undefined) return undefined;
  const { className, host } = setting.ingress;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata(setting),
    spec: {
      ingressClassName: className,
      rules: [
        {
          host,
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: setting.name, port: { name: 'http' } } } },
            ],
          },
        },
      ],
    },
  };
}
