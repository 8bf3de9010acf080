import type { KubernetesObject, OwnerReference } from '../cluster/cluster.ts';
import { integrations, type Integration } from './resource/integration.ts';

/** Owns the fields the operator applies. */
export const fieldManager = 'gantry-operator';

/** On everything that Gantry makes; what does not have it is never looked at. */
export const managedLabel = 'app.kubernetes.io/managed-by';
export const managedSelector: string = `${managedLabel}=gantry`;
export const instanceLabel = 'app.kubernetes.io/instance';
export const componentLabel = 'app.kubernetes.io/component';
export const revisionLabel = 'gantry.dev/revision';
/** On an assignment and its leases, by the members themselves. */
export const deploymentLabel = 'gantry.dev/deployment';

/** "shop/orders" */
export type Key = string;

export function keyOf({ metadata: { namespace, name } }: Pick<KubernetesObject, 'metadata'>): Key {
  return `${namespace ?? ''}/${name}`;
}

/** Without blockOwnerDeletion, which would need a right on the owner's finalizers. */
export function ownedBy({ metadata: { name, uid } }: Integration): OwnerReference {
  return { apiVersion: integrations.apiVersion, kind: integrations.kind, name, uid: uid ?? '', controller: true };
}

/** The Integration that an object belongs to, by the object's own word. */
export function ownerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(
    ({ controller, kind, apiVersion }) =>
      controller === true && kind === integrations.kind && apiVersion.startsWith('gantry.dev/'),
  );
}
