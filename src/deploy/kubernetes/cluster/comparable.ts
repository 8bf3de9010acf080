/** Whether an object is as another, whoever wrote them. */
import type { KubernetesObject } from './cluster.ts';

/** The same for equal values, whatever order their fields were written in. */
export function stable(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** Without what the API server and its controllers count and note on it by themselves. */
function withoutMarks({ status: _status, metadata, ...rest }: KubernetesObject): object {
  const {
    managedFields: _managed,
    resourceVersion: _version,
    generation: _generation,
    uid: _uid,
    creationTimestamp: _created,
    annotations,
    ...named
  } = metadata;
  if (annotations === undefined) return { ...rest, metadata: named };
  const { 'deployment.kubernetes.io/revision': _revision, ...kept } = annotations;
  return { ...rest, metadata: { ...named, annotations: kept } };
}

/** Text that is the same for objects that are. */
export function likeness(object: KubernetesObject): string {
  return stable(withoutMarks(object));
}

/** The object as people compare it, its keys in order. */
export function comparable(object: KubernetesObject): unknown {
  return JSON.parse(likeness(object)) as unknown;
}
