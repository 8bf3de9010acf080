import type { Cluster, ObjectRef } from '../../cluster/cluster.ts';
import { kinds } from '../../cluster/kinds.ts';
import { deploymentLabel, type Key } from '../names.ts';
import type { Copies } from '../watch/copies.ts';

/**
 * After an Integration is deleted, and when its last pod has gone: the assignment and the leases, which nobody owns,
 * because what a garbage collector deletes it deletes under the hands of those who still run. False: not yet.
 */
export async function sweep(cluster: Cluster, key: Key, copies: Copies, signal: AbortSignal): Promise<boolean> {
  const assignments = copies.of(key, 'Assignment');
  if (assignments.length === 0) return true;
  if (copies.of(key, 'Pod').length > 0) return false;
  const [namespace = '', name] = key.split('/');
  const query = { kind: kinds.leases, namespace, labelSelector: `${deploymentLabel}=${name}` };
  const leases = (await cluster.list(query, signal)).map(({ metadata }) => metadata);
  const left = [
    ...assignments.map(({ metadata }) => ({ kind: kinds.configMaps, metadata })),
    ...leases.map((metadata) => ({ kind: kinds.leases, metadata })),
  ];
  for (const { kind, metadata } of left) {
    const ref: ObjectRef = { kind, name: metadata.name, namespace };
    await cluster.delete(ref, { ...(metadata.uid !== undefined && { uid: metadata.uid }), signal });
  }
  return true;
}
