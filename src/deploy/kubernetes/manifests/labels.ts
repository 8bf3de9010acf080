import type { Branch } from './manifest.ts';
import type { ManifestSetting } from './setting.ts';

/** Every pod of the deployment, whatever its group. */
export function instanceLabels({ name }: Pick<ManifestSetting, 'name'>): Branch {
  return { 'app.kubernetes.io/instance': name };
}

/** The pods of one group: POD 1 ("main"), or an isolated one. A Deployment's selector can never be changed. */
export function groupLabels(setting: Pick<ManifestSetting, 'name'>, group: string): Branch {
  return { ...instanceLabels(setting), 'app.kubernetes.io/component': group };
}

/** Name, namespace and the labels Kubernetes recommends. */
export function metadata(
  setting: Pick<ManifestSetting, 'name' | 'namespace'>,
  name: string = setting.name,
  group?: string,
): { readonly name: string } & Branch {
  return {
    name,
    namespace: setting.namespace,
    labels: {
      'app.kubernetes.io/name': setting.name,
      ...(group === undefined ? instanceLabels(setting) : groupLabels(setting, group)),
      'app.kubernetes.io/managed-by': 'gantry',
    },
  };
}
