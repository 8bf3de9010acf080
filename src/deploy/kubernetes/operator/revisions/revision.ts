/**
 * A revision: what the pods are made of, kept as a ControllerRevision (apps/v1) so that it can be gone back to.
 *
 *   metadata.name     <integration>-<number>
 *   metadata.labels   gantry.dev/revision: digest of what follows, 12 digits
 *   revision          the number
 *   data              { spec: the part of the Integration's spec that makes pods, source, inside, problems }
 *
 * How many pods there are, how they are reached and how a change is rolled out are no part of it.
 */
import { digestOf } from '../../../../digest.ts';
import type { Inside } from '../../../plan/index.ts';
import type { KubernetesObject, ResourceKind } from '../../cluster/cluster.ts';
import { stable } from '../../cluster/comparable.ts';
import type { Report, ReportedProblem } from '../inside/report.ts';
import { revisionLabel } from '../names.ts';
import type { Integration, IntegrationSpec } from '../resource/integration.ts';

export const controllerRevisions: ResourceKind = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
};

const partsOfPods = [
  'artifact',
  'pattern',
  'isolate',
  'env',
  'resources',
  'imagePullPolicy',
  'imagePullSecrets',
  'peers',
  'podTemplate',
] as const;

type PodSpec = Pick<IntegrationSpec, (typeof partsOfPods)[number]>;

export interface Revision {
  readonly number: number;
  /** Of what is in it. */
  readonly id: string;
  readonly spec: PodSpec;
  /** Of the artifacts: inside/source.ts. */
  readonly source: string;
  readonly inside: Inside;
  readonly problems: readonly ReportedProblem[];
  /** RFC 3339; undefined until the API server has it. */
  readonly since?: string | undefined;
}

interface RevisionObject extends KubernetesObject {
  readonly revision: number;
  readonly data: never;
}

export function revisionOf(
  { spec }: Integration,
  source: string,
  { inside, problems }: Report,
  number: number,
): Revision {
  const parts = Object.fromEntries(
    partsOfPods.filter((part) => spec[part] !== undefined).map((part) => [part, spec[part]]),
  ) as PodSpec;
  const id = digestOf([stable(parts), source, inside.digest]).slice(0, 12);
  return { number, id, spec: parts, source, inside, problems };
}

export function toRevisionObject({ number, id, spec, source, inside, problems }: Revision, name: string): object {
  return {
    apiVersion: controllerRevisions.apiVersion,
    kind: controllerRevisions.kind,
    metadata: { name: `${name}-${number}`, labels: { [revisionLabel]: id } },
    revision: number,
    data: { spec, source, inside, problems },
  };
}

/** Undefined when it is none of ours, or of a later form. */
export function readRevision(object: KubernetesObject): Revision | undefined {
  const { revision: number, data } = object as RevisionObject;
  const { spec, source, inside, problems } = (data ?? {}) as Partial<Revision>;
  const id = object.metadata.labels?.[revisionLabel];
  if (spec === undefined || source === undefined || inside === undefined || id === undefined) return undefined;
  return { number, id, spec, source, inside, problems: problems ?? [], since: object.metadata.creationTimestamp };
}
