/** What whoever brings a release must be allowed to do, and the RBAC that allows it. */
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { PolicyRule } from '../../../coordination/arbiters/kubernetes/rbac.ts';
import type { Cluster, KubernetesObject, ResourceKind } from '../cluster/cluster.ts';
import { groupOf, kindOf, kinds } from '../cluster/kinds.ts';
import { ReleaseError } from './release.ts';

export interface Right {
  readonly verb: string;
  readonly kind: ResourceKind;
}

const applied = ['get', 'create', 'patch', 'delete'];
const watched = ['list', 'watch'];

/** For `gantry deploy` of these objects; also enough for status, logs, history, rollback and undeploy. */
export function rightsFor(objects: readonly KubernetesObject[]): readonly Right[] {
  const made = [...new Map(objects.map((object) => [object.kind, kindOf(object)])).values()];
  const log: ResourceKind = { ...kinds.pods, plural: 'pods/log' };
  const all: Right[] = [
    ...made.flatMap((kind) => applied.map((verb) => ({ verb, kind }))),
    // The history.
    ...['get', 'list', 'create', 'patch', 'delete'].map((verb) => ({ verb, kind: kinds.configMaps })),
    ...[kinds.deployments, kinds.replicaSets, kinds.pods, kinds.events].flatMap((kind) =>
      watched.map((verb) => ({ verb, kind })),
    ),
    { verb: 'get', kind: log },
  ];
  return [...new Map(all.map((right) => [`${right.verb} ${right.kind.plural}`, right])).values()];
}

/** Asks the API server for each; what it does not say counts as allowed. */
export async function missingRights(
  cluster: Cluster,
  rights: readonly Right[],
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Right[]> {
  const answers = await Promise.all(
    rights.map(({ verb, kind }) => cluster.may(verb, { kind, namespace }, signal).catch(() => true)),
  );
  return rights.filter((_right, index) => !answers[index]);
}

/** The refusal, with everything else that would be refused as well, and a Role to hand to an administrator. */
export async function notAllowed(
  cluster: Cluster,
  error: ApiError,
  objects: readonly KubernetesObject[],
  namespace: string,
  signal: AbortSignal,
): Promise<ReleaseError> {
  const { verb, resource, name, namespace: where } = error.asked;
  const missing = await missingRights(cluster, rightsFor(objects), namespace, signal);
  const asked = `${verb} ${resource.name}${name === undefined ? '' : ` ${name}`}`;
  const text = `You may not ${asked}${where === undefined ? ' (cluster-wide)' : ` in namespace ${where}`}: ${error.said}`;
  // The API server lets nobody hand out rights that they do not have themselves.
  const escalates = /attempting to grant RBAC permissions not currently held/.test(error.said);
  const rules = [
    ...(missing.length > 0 ? rulesOf(missing) : escalates ? [] : [ruleOf(resource.group, resource.name, [verb])]),
    // Asked for at once, not when everything else is granted.
    ...(escalates || missing.length > 0 ? grantedBy(objects) : []),
  ];
  const user = /\b[Uu]ser "([^"]+)"/.exec(error.said)?.[1];
  return new ReleaseError(
    'NOT_ALLOWED',
    text,
    `Someone who may can apply this:\n${roleYaml(rules, namespace, user)}`,
    error,
  );
}

/** Rules of the Roles among the objects. */
function grantedBy(objects: readonly KubernetesObject[]): readonly PolicyLike[] {
  return objects.flatMap((object) =>
    object.kind === 'Role' ? ((object as unknown as { readonly rules: readonly PolicyLike[] }).rules ?? []) : [],
  );
}

type PolicyLike = Omit<PolicyRule, 'verbs'> & { readonly verbs: readonly string[] };

function rulesOf(rights: readonly Right[]): readonly PolicyLike[] {
  const byResource = Map.groupBy(rights, ({ kind }) => `${groupOf(kind.apiVersion)}/${kind.plural}`);
  return [...byResource.values()].map((same) => {
    const { apiVersion, plural } = same[0]!.kind;
    return ruleOf(
      groupOf(apiVersion),
      plural,
      same.map(({ verb }) => verb),
    );
  });
}

function ruleOf(group: string, resource: string, verbs: readonly string[]): PolicyLike {
  return { apiGroups: [group], resources: [resource], verbs };
}

function roleYaml(rules: readonly PolicyLike[], namespace: string, user: string | undefined): string {
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(user ?? '');
  const subject = account
    ? `{ kind: ServiceAccount, namespace: ${account[1]}, name: ${account[2]} }`
    : `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ${JSON.stringify(user ?? 'NAME')} }`;
  const rule = ({ apiGroups, resources, resourceNames, verbs }: PolicyLike): string => {
    const list = (words: readonly string[]): string => `[${words.map((word) => word || "''").join(', ')}]`;
    const names = resourceNames === undefined ? '' : `, resourceNames: ${list(resourceNames)}`;
    return `  - { apiGroups: ${list(apiGroups)}, resources: ${list(resources)}${names}, verbs: ${list(verbs)} }`;
  };
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: gantry-deployer, namespace: ${namespace} }
rules:
${rules.map(rule).join('\n')}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: gantry-deployer, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: gantry-deployer }
subjects:
  - ${subject}`;
}
