import { metadata } from '../labels.ts';
import type { Manifest } from '../manifest.ts';
import { configMapName, type ManifestSetting } from '../setting.ts';

/** The project's settings; a pod sees each as an environment variable. */
export function environmentMap(setting: ManifestSetting): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(setting, configMapName(setting)),
    data: setting.environment,
  };
}
