import { digestOf } from '../../../../digest.ts';
import { replicaEnvironment } from '../../../local/protocol.ts';
import type { PodRequest } from '../../../plan/index.ts';
import { metadata } from '../labels.ts';
import { because, type Branch, type Tree } from '../manifest.ts';
import {
  artifactsAnnotation,
  configMapName,
  environmentAnnotation,
  peerPort,
  ports,
  runtimeUser,
  secretName,
  type ManifestSetting,
} from '../setting.ts';
import { leavesLostNode, restrictedContainer, restrictedPod } from './restricted.ts';
import { overNodes, overZones } from './spread.ts';

/** One group's pods, as far as they differ from another group's. */
export interface PodGroup {
  /** 'main', or the isolation group's name. */
  readonly name: string;
  readonly replicas: number;
  /** What each pod asks of its node. */
  readonly request: PodRequest;
  /** Whether it takes requests. */
  readonly serves: 'all' | 'none';
  /** Keys of the stateful artifacts it may hold; undefined: all of the project. */
  readonly holds: readonly string[] | undefined;
  /** Whether there is anything to hold: then its pods speak with the API server. */
  readonly coordinated: boolean;
}

/**
 * Milliseconds that proxies and Ingress may take to hear that a pod leaves, unless the project's settings say otherwise.
 * Measured: the last request came 0.4 to 3.8 s after SIGTERM, median 0.9 s, of 30 pods on a busy cluster.
 */
const serveOnMs = 5_000;

/** Seconds: for requests that still come later than that, for what is in hand then, and some to spare. */
const grace = { late: 5, inHand: 30, spare: 6 };

export function podTemplate(group: PodGroup, setting: ManifestSetting): Branch {
  const { name: _name, namespace: _namespace, ...labelled } = metadata(setting, setting.name, group.name);
  return {
    metadata: {
      ...labelled,
      annotations: {
        [artifactsAnnotation]: because(
          'Other artifacts are another pod; a pod with others than these does not become ready.',
          setting.digest,
        ),
        [environmentAnnotation]: because(
          'So is another ConfigMap.',
          digestOf(Object.entries(setting.environment).flat()),
        ),
      },
    },
    spec: {
      serviceAccountName: setting.name,
      automountServiceAccountToken: group.coordinated
        ? because('It keeps its lease, and reads who holds what, through the API server.', true)
        : because('Nothing here speaks with the API server.', false),
      enableServiceLinks: because('No variables about unrelated Services.', false),
      terminationGracePeriodSeconds: gracePeriod(group, setting),
      securityContext: because('Passes Pod Security "restricted".', {
        ...restrictedPod,
        fsGroup: runtimeUser,
        fsGroupChangePolicy: 'OnRootMismatch',
      }),
      topologySpreadConstraints: group.replicas > 1 ? overNodes(group.name, setting) : undefined,
      affinity: group.replicas > 1 ? overZones(group.name, setting) : undefined,
      tolerations: leavesLostNode,
      containers: [container(group, setting)],
      volumes: [{ name: 'tmp', emptyDir: because('The only place it can write to.', { sizeLimit: '64Mi' }) }],
    },
  };
}

function container(group: PodGroup, setting: ManifestSetting): Branch {
  return {
    name: 'gantry',
    image: setting.image,
    imagePullPolicy: 'IfNotPresent',
    ports: [
      ...(group.serves === 'all'
        ? [
            { name: 'http', containerPort: ports.http },
            ...setting.doors.map(({ name, port }) => ({ name, containerPort: port })),
          ]
        : []),
      { name: 'health', containerPort: ports.health },
      ...(speaksWithPeers(group, setting) ? [{ name: 'peers', containerPort: peerPort }] : []),
    ],
    env: environment(group, setting),
    envFrom: [
      { configMapRef: { name: configMapName(setting) } },
      because('Yours, where there are passwords. It goes before the ConfigMap.', {
        secretRef: { name: secretName(setting), optional: true },
      }),
    ],
    resources: because(
      'Memory is limited, because a leak must not harm the neighbours. CPU is not: throttling costs leases.',
      {
        requests: { cpu: `${group.request.cpuMillis}m`, memory: memory(group.request.memoryMi) },
        limits: { memory: memory(4 * group.request.memoryMi) },
      },
    ),
    securityContext: restrictedContainer,
    startupProbe: because('Asked each second, so that a pod takes part as soon as it can; given up after 60 s.', {
      httpGet: { path: '/startup', port: 'health' },
      periodSeconds: 1,
      timeoutSeconds: 1,
      failureThreshold: 60,
    }),
    readinessProbe: {
      httpGet: { path: '/ready', port: 'health' },
      periodSeconds: 2,
      timeoutSeconds: 1,
      failureThreshold: 2,
    },
    livenessProbe: because('Never depends on the API server or a broker: a restart would not bring them back.', {
      httpGet: { path: '/live', port: 'health' },
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: 3,
    }),
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

function environment(group: PodGroup, setting: ManifestSetting): Tree {
  const field = (name: string, fieldPath: string): Branch => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return [
    field(replicaEnvironment.pod, 'metadata.name'),
    field(replicaEnvironment.podUid, 'metadata.uid'),
    field(replicaEnvironment.node, 'spec.nodeName'),
    { name: replicaEnvironment.deployment, value: setting.name },
    field(replicaEnvironment.artifacts, `metadata.annotations['${artifactsAnnotation}']`),
    ...(group.serves === 'all' && !says(setting, replicaEnvironment.serveOn)
      ? [
          because(
            'Told to go, it hands over at once what it holds, and takes requests until every proxy and Ingress has heard. ' +
              'No preStop: SIGTERM, and with it the handing over, would wait for its end.',
            { name: replicaEnvironment.serveOn, value: String(serveOnMs) },
          ),
        ]
      : []),
    ...(group.coordinated
      ? [
          because('Whoever holds a stateful artifact does so by a term; two pods never run the same one.', {
            name: replicaEnvironment.arbiter,
            value: 'kubernetes',
          }),
        ]
      : []),
    ...(speaksWithPeers(group, setting)
      ? [
          because('Replicas promise each other to leave their leases alone: a steady state needs no API server.', {
            name: replicaEnvironment.peers,
            value: `0.0.0.0:${peerPort}`,
          }),
          field(replicaEnvironment.peerHost, 'status.podIP'),
        ]
      : []),
    ...(group.holds === undefined
      ? []
      : [
          because('What this group may hold, and nothing else.', {
            name: replicaEnvironment.holds,
            value: group.holds.join(','),
          }),
        ]),
    ...(group.serves === 'none' ? [{ name: replicaEnvironment.serves, value: 'none' }] : []),
  ];
}

function gracePeriod(group: PodGroup, { environment }: ManifestSetting): Tree {
  const end = grace.inHand + grace.spare;
  if (group.serves === 'none') return because(`${grace.inHand} s for what is in hand, and some to spare.`, end);
  const serveOn = Math.ceil(Number(environment[replicaEnvironment.serveOn] ?? serveOnMs) / 1_000);
  const why = `${serveOn} s in which it still takes requests, ${grace.late} s more while they come, ${grace.inHand} s for what is in hand, and some to spare.`;
  return because(why, serveOn + grace.late + end);
}

function says({ environment }: ManifestSetting, name: string): boolean {
  return environment[name] !== undefined;
}

function speaksWithPeers(group: PodGroup, setting: ManifestSetting): boolean {
  return setting.peers && group.coordinated;
}

/** As the API server writes it back: a difference in the text alone would be told as one. */
function memory(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}
