import { groupLabels, metadata } from '../labels.ts';
import { because, type Manifest } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';

const servicePort = 80;

/** How requests reach the replicas of POD 1. */
export function service(setting: ManifestSetting): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(setting),
    spec: {
      type: setting.loadBalancer
        ? because("The cluster's provider gives it an address; where nobody does, it stays <pending>.", 'LoadBalancer')
        : undefined,
      selector: groupLabels(setting, 'main'),
      trafficDistribution: because('A replica in the same zone is asked first.', 'PreferClose'),
      ports: [
        { name: 'http', port: servicePort, targetPort: 'http', appProtocol: 'http' },
        ...setting.doors.map(({ name, port }) => because('Of an inbound endpoint.', { name, port, targetPort: name })),
      ],
    },
  };
}

export function ingress(setting: ManifestSetting): Manifest | undefined {
  if (setting.ingress === undefined) return undefined;
  const { className, host, tlsSecret } = setting.ingress;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata(setting),
    spec: {
      ingressClassName: className,
      tls:
        tlsSecret === undefined
          ? undefined
          : because('Yours, of type kubernetes.io/tls: the Ingress terminates TLS with it.', [
              { hosts: host === undefined ? undefined : [host], secretName: tlsSecret },
            ]),
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

/** Instead of an Ingress, where the cluster has a Gateway. */
export function httpRoute(setting: ManifestSetting): Manifest | undefined {
  if (setting.route === undefined) return undefined;
  const { gateway, gatewayNamespace, host } = setting.route;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(setting),
    spec: {
      parentRefs: because('Its listener must allow routes from this namespace.', [
        { name: gateway, namespace: gatewayNamespace },
      ]),
      hostnames: host === undefined ? undefined : [host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: setting.name, port: servicePort }],
        },
      ],
    },
  };
}
