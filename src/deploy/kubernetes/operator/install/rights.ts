import { policyRules } from '../../../../coordination/arbiters/kubernetes/rbac.ts';
import { because, type Branch, type Manifest, type Tree } from '../../manifests/manifest.ts';
import { operatorLabels, type OperatorSetting } from './setting.ts';

const made = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

const rule = (why: string, apiGroup: string, resources: readonly string[], verbs: readonly string[]): Tree =>
  because(why, { apiGroups: [apiGroup], resources, verbs });

/** The least it needs, in the namespaces it looks after. No Secret, no node, no right to widen rights. */
function rules(): readonly Tree[] {
  return [
    rule('What is wanted.', 'gantry.dev', ['integrations'], ['get', 'list', 'watch']),
    rule('What is.', 'gantry.dev', ['integrations/status'], ['update']),
    rule('The objects of an Integration.', '', ['services', 'serviceaccounts', 'configmaps'], made),
    rule('Its pods, and its revisions.', 'apps', ['deployments', 'controllerrevisions'], made),
    rule('How it is reached.', 'networking.k8s.io', ['ingresses', 'networkpolicies'], made),
    rule('The same, where there is a Gateway.', 'gateway.networking.k8s.io', ['httproutes'], made),
    rule('One replica at a time leaves a node.', 'policy', ['poddisruptionbudgets'], made),
    rule('Replicas by use.', 'autoscaling', ['horizontalpodautoscalers'], made),
    rule('The same, where there is KEDA.', 'keda.sh', ['scaledobjects', 'triggerauthentications'], made),
    rule(
      "The rights of an Integration's pods. It can give none that it has not itself.",
      'rbac.authorization.k8s.io',
      ['roles', 'rolebindings'],
      made,
    ),
    rule('How pods do, and the pods in which images explain themselves.', '', ['pods'], made),
    rule('What those say.', '', ['pods/log'], ['get']),
    ...policyRules('any').map(({ resourceNames: _names, ...rest }) =>
      because('What it gives to the pods of Integrations; and for its own election.', { ...rest }),
    ),
  ];
}

/** A Role in its own namespace, or a ClusterRole for all of them. */
export function rights(setting: OperatorSetting): readonly Manifest[] {
  const { name, namespace, allNamespaces } = setting;
  const place: Branch = allNamespaces ? {} : { namespace };
  const metadata = { name, ...place, labels: operatorLabels(setting) };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const kind = allNamespaces ? 'ClusterRole' : 'Role';
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, labels: operatorLabels(setting) },
      automountServiceAccountToken: false,
    },
    { apiVersion, kind, metadata, rules: rules() },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
