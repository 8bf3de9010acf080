/** Everything a decision about one Integration looks at, gathered before it is made. */
import type { Assignment } from '../../../../coordination/index.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import type { Report } from '../inside/report.ts';
import type { FileMap } from '../inside/source.ts';
import type { Integration } from '../resource/integration.ts';
import type { Revision } from '../revisions/revision.ts';

export interface Facts {
  readonly integration: Integration;
  /** What has this Integration as its controller; its revisions and inspection pods are not among them. */
  readonly owned: readonly KubernetesObject[];
  /** Objects of names that are wanted, which belong to nobody or to somebody else: "Service orders". */
  readonly foreign: readonly string[];
  readonly revisions: readonly Revision[];
  /** Pods of every group, and none of the inspections. */
  readonly pods: readonly KubernetesObject[];
  readonly inspections: readonly KubernetesObject[];
  /** The ConfigMap that spec.artifact names; undefined when there is none, or none is named. */
  readonly files: FileMap | undefined;
  /** Who holds what, as the members tell each other. */
  readonly assignment: Assignment | undefined;
  /** What was found in a source, by its key: inside/source.ts. */
  readonly reports: ReadonlyMap<string, Report>;
  /** Why a source could not be looked into, by its key. */
  readonly failures: ReadonlyMap<string, Stop>;
  /** Kinds of objects that this cluster does not have. */
  readonly lacking: ReadonlySet<string>;
  /** The image that runs what no image brings. */
  readonly runtimeImage: string;
  /** Whether the API server has said that an object is as it is wanted. */
  readonly agrees: (wanted: KubernetesObject, seen: KubernetesObject) => boolean;
}

/** Why it does not go on: a reason for programs, a sentence that says what to do. */
export interface Stop {
  readonly reason: StopReason;
  readonly message: string;
}

/** - ArtifactMissing: there is nothing to run
 *  - ArtifactUnavailable: it is somewhere where it cannot be had from
 *  - Inspecting: what is in it is being looked up
 *  - NotExplained: it cannot say what is in it
 *  - ImageVolumesUnsupported: this cluster mounts no OCI artifacts
 *  - ArtifactFaulty: it has errors
 *  - PlanRefused: what is asked for cannot be had with these artifacts
 *  - KindMissing: the cluster has no such objects
 *  - NameTaken: objects of others are in the way
 *  - Forbidden: the operator may not
 *  - Refused: the API server did not take an object
 *  - ApiUnavailable: the API server does not answer */
export type StopReason =
  | 'ArtifactMissing'
  | 'ArtifactUnavailable'
  | 'Inspecting'
  | 'NotExplained'
  | 'ImageVolumesUnsupported'
  | 'ArtifactFaulty'
  | 'PlanRefused'
  | 'KindMissing'
  | 'NameTaken'
  | 'Forbidden'
  | 'Refused'
  | 'ApiUnavailable';
