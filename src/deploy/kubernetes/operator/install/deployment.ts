import { replicaEnvironment } from '../../../local/protocol.ts';
import { because, type Branch, type Manifest } from '../../manifests/manifest.ts';
import { metricsRule } from '../../manifests/objects/network-policy.ts';
import { leavesLostNode, restrictedContainer, restrictedPod } from '../../manifests/objects/restricted.ts';
import { ports } from '../../manifests/setting.ts';
import { operatorLabels, type OperatorSetting } from './setting.ts';

export function operatorDeployment(setting: OperatorSetting): readonly Manifest[] {
  const { name, namespace, replicas } = setting;
  const labels = operatorLabels(setting);
  const selector = { matchLabels: { 'app.kubernetes.io/name': name } };
  const metadata = { name, namespace, labels };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: because('One acts, the other takes over.', replicas),
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector,
        template: { metadata: { labels }, spec: podSpec(setting, selector) },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: {
        maxUnavailable: because('Nodes are drained one replica at a time.', 1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector,
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: {
        podSelector: selector,
        policyTypes: ['Ingress'],
        ingress: [metricsRule],
      },
    },
  ];
}

function podSpec(
  { name, image, imagePullPolicy, resources, allNamespaces }: OperatorSetting,
  selector: Branch,
): Branch {
  const field = (variable: string, fieldPath: string): Branch => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  const probe = (path: string, periodSeconds: number): Branch => ({
    httpGet: { path, port: 'health' },
    periodSeconds,
    timeoutSeconds: 2,
  });
  return {
    serviceAccountName: name,
    automountServiceAccountToken: because('All it does, it does through the API server.', true),
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 20,
    securityContext: because('Passes Pod Security "restricted".', restrictedPod),
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: selector,
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    tolerations: leavesLostNode,
    containers: [
      {
        name: 'operator',
        image,
        imagePullPolicy,
        args: ['operator', ...(allNamespaces ? ['--all-namespaces'] : []), '--log-format', 'json'],
        ports: [{ name: 'health', containerPort: ports.health }],
        env: [
          field(replicaEnvironment.pod, 'metadata.name'),
          field(replicaEnvironment.node, 'spec.nodeName'),
          because('A pool of memory for each thread is kept by each thread: 8 MiB for nothing.', {
            name: 'MALLOC_ARENA_MAX',
            value: '1',
          }),
          because('What runs artifacts that no image brings.', { name: 'GANTRY_RUNTIME_IMAGE', value: image }),
        ],
        resources: because('The limit leaves room for the process that reads the files of a ConfigMap.', resources),
        securityContext: restrictedContainer,
        readinessProbe: probe('/ready', 2),
        livenessProbe: probe('/live', 10),
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
  };
}
