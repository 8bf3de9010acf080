import type { Problem } from '../../../../errors.ts';
import { planFor, type Inside, type Plan } from '../../../plan/index.ts';
import { decideSetting } from '../../manifests/decide-setting.ts';
import { plain } from '../../manifests/manifest.ts';
import { manifestsOf } from '../../manifests/manifests-of.ts';
import type { ManifestSetting } from '../../manifests/setting.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { filesDigest, snapshotName, type FileMap } from '../inside/source.ts';
import { managedLabel, ownedBy } from '../names.ts';
import type { Integration, IntegrationSpec } from '../resource/integration.ts';
import type { Revision } from '../revisions/revision.ts';
import { changePods } from './pod-changes.ts';

export interface Wanted {
  readonly plan: Plan;
  readonly setting: ManifestSetting;
  /** Errors of plan or setting; then there are no objects. */
  readonly problems: readonly Problem[];
  /** In an order in which they can be created one after another. */
  readonly objects: readonly KubernetesObject[];
}

/** Every object that an Integration's revision is made of. Pure. */
export function wantedObjects(
  integration: Integration,
  revision: Pick<Revision, 'spec' | 'inside' | 'source'>,
  { runtimeImage, files }: { readonly runtimeImage: string; readonly files: FileMap | undefined },
): Wanted {
  const spec: IntegrationSpec = { ...integration.spec, ...clearOf(revision.spec) };
  const { inside } = revision;
  const plan = planFor(inside, planOptions(spec));
  const { setting, problems: found } = settingOf(integration, spec, plan, inside, runtimeImage);
  const problems = [...plan.problems, ...found].filter(({ level }) => level === 'error');
  if (problems.length > 0) return { plan, setting, problems, objects: [] };
  const objects = manifestsOf(plan, setting).map((manifest) => {
    const object = plain(manifest) as unknown as KubernetesObject;
    return owned(
      object.kind === 'Deployment' ? changePods(object, integration, spec, revision.source) : object,
      integration,
    );
  });
  const snapshot = snapshotOf(integration, revision.source, files);
  return { plan, setting, problems, objects: snapshot === undefined ? objects : [snapshot, ...objects] };
}

/** What this revision does not say of its pods is not to be taken from a newer one. */
function clearOf(spec: Revision['spec']): IntegrationSpec {
  const nothing = {
    pattern: undefined,
    isolate: undefined,
    env: undefined,
    resources: undefined,
    imagePullPolicy: undefined,
    imagePullSecrets: undefined,
    peers: undefined,
    podTemplate: undefined,
  };
  return { ...nothing, ...spec } as unknown as IntegrationSpec;
}

function planOptions({ pattern = 'Auto', replicas, autoscaling, isolate = [] }: IntegrationSpec) {
  const word = pattern.toLowerCase() as Lowercase<typeof pattern>;
  // The API server refuses more of it in one spec; but an earlier revision may be a single where the newest is none.
  if (pattern === 'Single') return { pattern: word };
  return {
    pattern: word,
    replicas: autoscaling === undefined ? replicas : (autoscaling.minReplicas ?? 2),
    isolate: Object.fromEntries(isolate.map(({ group, artifacts }) => [group, artifacts])),
  };
}

function settingOf(
  { metadata: { name, namespace } }: Integration,
  spec: IntegrationSpec,
  plan: Plan,
  inside: Inside,
  runtimeImage: string,
): { readonly setting: ManifestSetting; readonly problems: readonly Problem[] } {
  const { type = 'Service', host, ingressClassName, tlsSecretName, gateway } = spec.expose ?? {};
  const autoscaling = plan.pattern === 'single' ? undefined : spec.autoscaling;
  const isIngress = type === 'Ingress';
  const { setting, problems } = decideSetting(plan, inside, {
    name,
    namespace,
    image: spec.artifact.image ?? runtimeImage,
    maxReplicas: autoscaling?.maxReplicas,
    keda: autoscaling?.followQueues,
    ingressClass: isIngress ? ingressClassName : undefined,
    host: isIngress || type === 'Gateway' ? host : undefined,
    gateway: gateway && [gateway.namespace, gateway.name].filter(Boolean).join('/'),
    loadBalancer: type === 'LoadBalancer',
    pullSecrets: spec.imagePullSecrets,
    peers: spec.peers,
    placeholders: openVariables(spec),
  });
  // On the command line an Ingress is asked for by its class or host; here it has a word of its own.
  const ingress = isIngress ? { className: ingressClassName, host, tlsSecret: tlsSecretName } : undefined;
  return { setting: { ...setting, ingress }, problems };
}

/** What a Secret or another ConfigMap brings is known to the pods alone. */
function openVariables({ env = [] }: IntegrationSpec): Readonly<Record<string, string>> {
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

function owned(object: KubernetesObject, integration: Integration): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ownerReferences: [ownedBy(integration)] } };
}

/** The files as they are now; undefined where there are none, or they have moved on. */
function snapshotOf(
  integration: Integration,
  source: string,
  files: FileMap | undefined,
): (KubernetesObject & { readonly immutable: true }) | undefined {
  if (!source.startsWith('configMap:') || files === undefined || !source.endsWith(`@${filesDigest(files)}`))
    return undefined;
  const { name, namespace } = integration.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: snapshotName(name, source),
      ...(namespace !== undefined && { namespace }),
      labels: { 'app.kubernetes.io/name': name, [managedLabel]: 'gantry' },
      ownerReferences: [ownedBy(integration)],
    },
    immutable: true,
    ...(files.data && { data: files.data }),
    ...(files.binaryData && { binaryData: files.binaryData }),
  };
}
