/** What an Integration says of its pods, put into the Deployments that the plan made. */
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { artifactsFolder, ociVolume } from '../inside/inspection-pod.ts';
import { snapshotName } from '../inside/source.ts';
import type { Integration, IntegrationSpec } from '../resource/integration.ts';

type Part = Readonly<Record<string, unknown>>;

interface Deployment extends KubernetesObject {
  readonly spec: Part & { readonly template: { readonly metadata: Part; readonly spec: PodSpec } };
}

interface PodSpec extends Part {
  readonly containers: readonly [Part, ...Part[]];
  readonly volumes?: readonly Part[];
  readonly tolerations?: readonly Part[];
}

export function changePods(
  object: KubernetesObject,
  { metadata: { name } }: Integration,
  spec: IntegrationSpec,
  source: string,
): KubernetesObject {
  const deployment = object as Deployment;
  const { template } = deployment.spec;
  const { labels, annotations } = spec.podTemplate ?? {};
  return {
    ...deployment,
    spec: {
      ...deployment.spec,
      progressDeadlineSeconds: spec.update?.deadlineSeconds ?? deployment.spec['progressDeadlineSeconds'],
      template: {
        metadata: {
          ...template.metadata,
          labels: { ...labels, ...(template.metadata['labels'] as Part) },
          annotations: { ...annotations, ...(template.metadata['annotations'] as Part) },
        },
        spec: podSpec(template.spec, name, spec, source),
      },
    },
  };
}

function podSpec(pod: PodSpec, name: string, spec: IntegrationSpec, source: string): PodSpec {
  const { nodeSelector, tolerations = [], affinity, priorityClassName, runtimeClassName } = spec.podTemplate ?? {};
  const { terminationGracePeriodSeconds, volumes = [], volumeMounts = [] } = spec.podTemplate ?? {};
  const mounted = artifactsVolume(name, spec, source);
  const folder = artifactsFolder(name);
  const [container] = pod.containers;
  const variables = (spec.env ?? []).map((variable) => ({ ...variable }));
  return {
    ...pod,
    ...said({ nodeSelector, affinity, priorityClassName, runtimeClassName, terminationGracePeriodSeconds }),
    tolerations: [...(pod.tolerations ?? []), ...tolerations],
    containers: [
      {
        ...container,
        ...said({ imagePullPolicy: spec.imagePullPolicy, resources: spec.resources }),
        ...(mounted && { args: ['replica', folder] }),
        env: [...(container['env'] as readonly Part[]), ...variables],
        volumeMounts: [
          ...(container['volumeMounts'] as readonly Part[]),
          ...(mounted ? [{ name: 'artifacts', mountPath: folder, readOnly: true }] : []),
          ...volumeMounts,
        ],
      },
    ],
    volumes: [...(pod.volumes ?? []), ...(mounted ? [mounted] : []), ...volumes.map((volume) => ({ ...volume }))],
  };
}

/** Undefined where the image brings them. */
function artifactsVolume(name: string, { artifact }: IntegrationSpec, source: string): Part | undefined {
  if (artifact.oci !== undefined) return ociVolume(artifact.oci);
  if (artifact.configMap === undefined) return undefined;
  return { name: 'artifacts', configMap: { name: snapshotName(name, source) } };
}

function said(part: Part): Part {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}
