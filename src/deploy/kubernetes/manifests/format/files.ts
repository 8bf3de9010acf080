import type { Manifest } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';
import { helmChart } from './helm.ts';
import { oneEach, type ManifestFiles } from './one-each.ts';
import { yamlOf } from './yaml.ts';

export type ManifestFormat = 'yaml' | 'kustomize' | 'helm';
export const manifestFormats: readonly ManifestFormat[] = ['yaml', 'kustomize', 'helm'];

export function filesOf(
  manifests: readonly Manifest[],
  setting: ManifestSetting,
  format: ManifestFormat,
): ManifestFiles {
  switch (format) {
    case 'yaml':
      return { [`${setting.name}.yaml`]: yamlOf(manifests) };
    case 'kustomize':
      return kustomize(manifests, setting);
    case 'helm':
      return helmChart(manifests, setting);
  }
}

function kustomize(manifests: readonly Manifest[], setting: ManifestSetting): ManifestFiles {
  const files = oneEach(manifests, setting);
  const at = /@|:(?!.*\/)/.exec(setting.image)?.index ?? setting.image.length;
  const version = setting.image.slice(at + 1);
  const customization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: setting.namespace,
    resources: Object.keys(files),
    images: [
      {
        name: setting.image.slice(0, at),
        ...(version === '' ? {} : { [setting.image[at] === '@' ? 'digest' : 'newTag']: version }),
      },
    ],
  };
  return { 'kustomization.yaml': yamlOf([customization]), ...files };
}
