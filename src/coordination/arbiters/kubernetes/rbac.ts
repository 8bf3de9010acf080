import { assignmentName, configMaps, events, leases, podStatus, type Resource } from './objects.ts';

/** One rule of a Role (rbac.authorization.k8s.io/v1). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly Verb[];
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'delete';

/**
 * The least that one deployment's replicas need, in their own namespace. Nothing here spans namespaces. Rules cannot name
 * what is to be created, nor select by label, so leases are all leases of the namespace.
 */
export function policyRules(deployment: string): readonly PolicyRule[] {
  return [
    rule(leases, ['get', 'list', 'watch', 'create', 'update', 'delete']),
    { ...rule(configMaps, ['get', 'list', 'watch', 'update', 'delete']), resourceNames: [assignmentName(deployment)] },
    rule(configMaps, ['create']),
    rule(events, ['create']),
    rule(podStatus, ['get', 'update']),
  ];
}

/** The rule as a line of YAML. */
export function ruleText(resource: { readonly group: string; readonly name: string }, verb: string): string {
  return `{apiGroups: ["${resource.group}"], resources: ["${resource.name}"], verbs: ["${verb}"]}`;
}

function rule({ group, name }: Resource, verbs: readonly Verb[]): PolicyRule {
  return { apiGroups: [group], resources: [name], verbs };
}
