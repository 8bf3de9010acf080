import type { KubernetesObject, ObjectRef, ResourceKind } from './cluster.ts';

const kind = (apiVersion: string, name: string, plural: string, namespaced = true): ResourceKind => ({
  apiVersion,
  kind: name,
  plural,
  namespaced,
});

type KindName =
  | 'namespaces'
  | 'nodes'
  | 'pods'
  | 'services'
  | 'serviceAccounts'
  | 'configMaps'
  | 'secrets'
  | 'events'
  | 'resourceQuotas'
  | 'deployments'
  | 'replicaSets'
  | 'leases'
  | 'roles'
  | 'roleBindings'
  | 'clusterRoles'
  | 'clusterRoleBindings'
  | 'networkPolicies'
  | 'ingresses'
  | 'ingressClasses'
  | 'httpRoutes'
  | 'podDisruptionBudgets'
  | 'autoscalers'
  | 'scaledObjects'
  | 'triggerAuthentications'
  | 'endpointSlices'
  | 'customResourceDefinitions'
  | 'integrations';

/** The kinds that Gantry makes, reads or watches. */
export const kinds: Readonly<Record<KindName, ResourceKind>> = {
  namespaces: kind('v1', 'Namespace', 'namespaces', false),
  nodes: kind('v1', 'Node', 'nodes', false),
  pods: kind('v1', 'Pod', 'pods'),
  services: kind('v1', 'Service', 'services'),
  serviceAccounts: kind('v1', 'ServiceAccount', 'serviceaccounts'),
  configMaps: kind('v1', 'ConfigMap', 'configmaps'),
  secrets: kind('v1', 'Secret', 'secrets'),
  events: kind('v1', 'Event', 'events'),
  resourceQuotas: kind('v1', 'ResourceQuota', 'resourcequotas'),
  deployments: kind('apps/v1', 'Deployment', 'deployments'),
  replicaSets: kind('apps/v1', 'ReplicaSet', 'replicasets'),
  leases: kind('coordination.k8s.io/v1', 'Lease', 'leases'),
  roles: kind('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  roleBindings: kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  clusterRoles: kind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false),
  clusterRoleBindings: kind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  networkPolicies: kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  ingresses: kind('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  ingressClasses: kind('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', false),
  httpRoutes: kind('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  podDisruptionBudgets: kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  autoscalers: kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  scaledObjects: kind('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects'),
  triggerAuthentications: kind('keda.sh/v1alpha1', 'TriggerAuthentication', 'triggerauthentications'),
  endpointSlices: kind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  customResourceDefinitions: kind(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
  integrations: kind('gantry.dev/v1alpha1', 'Integration', 'integrations'),
};

/** Of an object that names its own kind; one that is not in the table is in a namespace and has a regular plural. */
export function kindOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): ResourceKind {
  const known = Object.values(kinds).find(
    (one) => one.kind === object.kind && groupOf(one.apiVersion) === groupOf(object.apiVersion),
  );
  const { plural, namespaced } = known ?? { plural: pluralOf(object.kind), namespaced: true };
  return { apiVersion: object.apiVersion, kind: object.kind, plural, namespaced };
}

export function refOf(object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: unknown };
}): ObjectRef {
  const { name, namespace } = object.metadata;
  return { kind: kindOf(object), name, ...(typeof namespace === 'string' && { namespace }) };
}

/** '' is the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function pluralOf(name: string): string {
  const word = name.toLowerCase();
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(word) ? `${word}es` : `${word}s`;
}
