import { yamlOf } from '../../manifests/format/yaml.ts';
import { customResource } from './crd.ts';

export function crdYaml(): string {
  return yamlOf([customResource()]);
}
