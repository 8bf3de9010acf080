import type { Manifest } from '../manifest.ts';
import type { ManifestSetting } from '../setting.ts';
import { yamlOf } from './yaml.ts';

/** What to write, by path below the folder that was asked for. */
export type ManifestFiles = Readonly<Record<string, string>>;

/** One file for each object: "deployment.yaml", and "deployment-night.yaml" for orders-night. */
export function oneEach(manifests: readonly Manifest[], { name }: Pick<ManifestSetting, 'name'>): ManifestFiles {
  return Object.fromEntries(
    manifests.map((manifest) => {
      const rest = manifest.metadata.name.slice(name.length);
      return [`${manifest.kind.toLowerCase()}${rest}.yaml`, yamlOf([manifest])];
    }),
  );
}
