/**
 * How records are kept as Kubernetes objects, all in one namespace:
 *
 *   member/<boot>   Lease (coordination.k8s.io/v1)
 *     metadata.name                     gantry.<deployment>.<boot>
 *     metadata.labels                   gantry.dev/deployment: <deployment>
 *     metadata.annotations              gantry.dev/record: the whole record as JSON; members read nothing else
 *     spec.holderIdentity               <boot>                                         these three are for people
 *     spec.leaseDurationSeconds         leaseMs in seconds, rounded up                 and for tools that show leases
 *     spec.renewTime                    this process's clock, microseconds
 *
 *   assignment      ConfigMap (v1)
 *     metadata.name                     gantry.<deployment>
 *     metadata.labels                   as above
 *     data.assignment                   the whole record as JSON
 *
 *   version         <metadata.uid>/<metadata.resourceVersion>
 *     The API server's store counts its writes and gives each object the count of its newest one. The uid makes versions
 *     unique even where a store was put back to an older state and counts the same numbers again.
 *
 * A deployment's name has no dot, so no name of one deployment is a name of another.
 *
 * No object has an owner. A garbage collector deletes what a pod owns as soon as the pod's object is gone, and for a pod
 * that was deleted by force on a node that nobody reaches, that is while its process still runs: the record of a live
 * holder would vanish, and with it the runs it claimed. Members sweep the leases of the dead themselves.
 */
import type { Version, Versioned } from '../../arbiter.ts';
import type { Assignment, MemberRecord, RecordAt, RecordKey } from '../../records.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface KubernetesObject {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

/** A kind of object, as it stands in paths and in the rules of a Role. */
export interface Resource {
  /** Empty: the core group. */
  readonly group: '' | 'coordination.k8s.io' | 'events.k8s.io';
  /** A subresource stands behind a slash. */
  readonly name: 'leases' | 'configmaps' | 'events' | 'pods/status';
}

export const leases: Resource = { group: 'coordination.k8s.io', name: 'leases' };
export const configMaps: Resource = { group: '', name: 'configmaps' };
export const events: Resource = { group: 'events.k8s.io', name: 'events' };
export const podStatus: Resource = { group: '', name: 'pods/status' };

const deploymentLabel = 'gantry.dev/deployment';
const recordAnnotation = 'gantry.dev/record';
const assignmentField = 'assignment';

/** What API servers accept: all annotations of an object together, and all data of a ConfigMap together. */
const largestAnnotations = 256 * 1024;
const largestData = 1024 * 1024;

export function resourceOf(key: RecordKey): Resource {
  return key === 'assignment' ? configMaps : leases;
}

export function assignmentName(deployment: string): string {
  return `gantry.${deployment}`;
}

export function objectName(deployment: string, key: RecordKey): string {
  const name = assignmentName(deployment);
  return key === 'assignment' ? name : `${name}.${key.slice('member/'.length)}`;
}

export function leaseSelector(deployment: string): string {
  return `${deploymentLabel}=${deployment}`;
}

/** `expected`: the version it is to replace. */
export function toObject<K extends RecordKey>(
  deployment: string,
  key: K,
  value: RecordAt<K>,
  expected: Version | undefined,
  wall: number,
): object {
  const text = JSON.stringify(value);
  const metadata: ObjectMeta = {
    name: objectName(deployment, key),
    labels: { [deploymentLabel]: deployment },
    ...(expected === undefined ? {} : partsOf(expected)),
  };
  if (key === 'assignment') {
    checkAssignmentSize(text, value as Assignment);
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [assignmentField]: text } };
  }
  const record = value as MemberRecord;
  checkRecordSize(text, record);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...metadata, annotations: { [recordAnnotation]: text } },
    spec: {
      holderIdentity: record.boot,
      leaseDurationSeconds: Math.max(1, Math.ceil(record.leaseMs / 1_000)),
      renewTime: new Date(wall).toISOString().replace('Z', '000Z'),
    },
  };
}

/** Undefined when it is no record of ours, whatever its label or name says. */
export function toRecord(object: KubernetesObject): Versioned<Assignment | MemberRecord> | undefined {
  const text = object.data?.[assignmentField] ?? object.metadata.annotations?.[recordAnnotation];
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) as Assignment | MemberRecord, version: versionOf(object.metadata) };
  } catch {
    return undefined;
  }
}

export function versionOf({ uid = '', resourceVersion = '' }: ObjectMeta): Version {
  return `${uid}/${resourceVersion}`;
}

/** The API server refuses a write or a deletion whose uid or resourceVersion is not the object's. */
export function partsOf(version: Version): { readonly uid: string; readonly resourceVersion: string } {
  const slash = version.indexOf('/');
  return { uid: version.slice(0, Math.max(0, slash)), resourceVersion: version.slice(slash + 1) };
}

function checkAssignmentSize(text: string, { artifacts }: Assignment): void {
  const bytes = Buffer.byteLength(text);
  if (bytes + assignmentField.length <= largestData) return;
  const count = Object.keys(artifacts).length;
  throw new Error(
    `the assignment of ${count} artifacts has ${bytes} bytes and a ConfigMap holds ${largestData}: ` +
      'split the project into several deployments, or keep records in a database',
  );
}

function checkRecordSize(text: string, { boot, fires = {} }: MemberRecord): void {
  const bytes = Buffer.byteLength(text);
  if (bytes + recordAnnotation.length <= largestAnnotations) return;
  throw new Error(
    `the record of ${boot} with the newest runs of ${Object.keys(fires).length} artifacts has ${bytes} bytes and the ` +
      `annotations of a Lease hold ${largestAnnotations}: use more replicas, or keep records in a database`,
  );
}
