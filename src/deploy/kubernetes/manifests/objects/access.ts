import { policyRules, type PolicyRule } from '../../../../coordination/arbiters/kubernetes/rbac.ts';
import { metadata } from '../labels.ts';
import { because, type Manifest } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';

/** Who the pods are. Rights only where there is something to coordinate, and none outside of the namespace. */
export function access(coordinated: boolean, setting: ManifestSetting): readonly Manifest[] {
  const account: Manifest = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(setting),
    automountServiceAccountToken: because('Pods that need its token say so.', false),
    imagePullSecrets:
      setting.pullSecrets.length === 0
        ? undefined
        : because(
            'Yours, of type kubernetes.io/dockerconfigjson: every pod pulls its image with them.',
            setting.pullSecrets.map((name) => ({ name })),
          ),
  };
  if (!coordinated) return [account];
  const role = `${setting.name}-coordination`;
  return [
    account,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(setting, role),
      rules: policyRules(setting.name).map((rule) => because(reasonOf(rule), { ...rule })),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata(setting, role),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
      subjects: [{ kind: 'ServiceAccount', name: setting.name, namespace: setting.namespace }],
    },
  ];
}

function reasonOf({ resources, resourceNames }: PolicyRule): string {
  if (resources.includes('leases'))
    return 'One Lease per pod process: its own is renewed; those of the others are watched and, when silent, revoked.';
  if (resources.includes('pods/status'))
    return 'A pod that fell silent is taken out of the Service after a second; Kubernetes itself takes some 50 s.';
  if (resources.includes('events')) return 'What happened, for kubectl describe and kubectl get events.';
  return resourceNames === undefined
    ? 'The right to create cannot name what is created.'
    : 'The assignment: who holds what.';
}
