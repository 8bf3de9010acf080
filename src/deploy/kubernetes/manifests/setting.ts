import type { DoorPort } from './doors.ts';
import type { QueueTrigger } from './queues.ts';

/** What a deployment on Kubernetes needs to be told beside the plan. */
export interface ManifestSetting {
  /** Of every object, or what its name begins with. An RFC 1123 label. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** sha256 over the artifacts, as a replica reports it. */
  readonly digest: string;
  /** Above the plan's replicas: an autoscaler adds replicas up to that many. */
  readonly maxReplicas: number | undefined;
  /** KEDA adds replicas, by the depth of these queues as well; undefined: it is not asked to. */
  readonly queues: readonly QueueTrigger[] | undefined;
  readonly ingress:
    | {
        readonly className: string | undefined;
        readonly host: string | undefined;
        /** Secret of type kubernetes.io/tls; undefined: plain HTTP, or what the controller has by itself. */
        readonly tlsSecret: string | undefined;
      }
    | undefined;
  /** The Gateway that leads requests here, of the Gateway API; it terminates TLS itself. */
  readonly route:
    | {
        readonly gateway: string;
        /** Where the Gateway is; undefined: the deployment's own. */
        readonly gatewayNamespace: string | undefined;
        readonly host: string | undefined;
      }
    | undefined;
  /** Whether the Service asks the cluster's provider for an address of its own. */
  readonly loadBalancer: boolean;
  /** Ports of listening inbound endpoints. */
  readonly doors: readonly DoorPort[];
  /** Secrets of type kubernetes.io/dockerconfigjson that the image is pulled with. */
  readonly pullSecrets: readonly string[];
  /** Whether replicas promise each other to leave their leases alone, so that a steady state needs no API server. */
  readonly peers: boolean;
  /** Plain settings, for the ConfigMap. Secrets are never among them. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a replica listens; `gantry replica` has the same defaults. */
export const ports = { http: 8290, health: 9201 } as const;

/** Where replicas speak with each other, if they do. */
export const peerPort = 9765;

/** Nobody; the number MI's images use, so that volumes made for them fit. */
export const runtimeUser = 10802;

/** On every pod: digest of the artifacts it is to run; empty: whatever its image has. */
export const artifactsAnnotation = 'gantry.dev/artifacts';

/** On every pod: digest of the settings it was started with. */
export const environmentAnnotation = 'gantry.dev/environment';

/** Names of objects that others refer to. */
export function configMapName(setting: Pick<ManifestSetting, 'name'>): string {
  return `${setting.name}-env`;
}

export function secretName(setting: Pick<ManifestSetting, 'name'>): string {
  return `${setting.name}-secrets`;
}

export function queueSecretName(setting: Pick<ManifestSetting, 'name'>): string {
  return `${setting.name}-keda`;
}

export function queueSecretKey({ consumer }: Pick<QueueTrigger, 'consumer'>, parameter: string): string {
  return `${consumer.replace(/[^\w.-]/g, '_')}.${parameter}`;
}
