import type { ManifestFiles } from '../../manifests/format/one-each.ts';
import { yamlOf } from '../../manifests/format/yaml.ts';
import { Explained, Verbatim, type Manifest, type Tree } from '../../manifests/manifest.ts';
import { customResource } from '../resource/crd.ts';
import { operatorDeployment } from './deployment.ts';
import { rights } from './rights.ts';
import { defaultSetting, type OperatorSetting } from './setting.ts';

export type { OperatorSetting };
export { defaultSetting };

/** Everything an installation is made of, in an order in which it can be created. Pure. */
export function operatorManifests(setting: OperatorSetting): readonly Manifest[] {
  return [customResource(), ...rights(setting), ...operatorDeployment(setting)];
}

interface Value {
  readonly name: 'image' | 'imagePullPolicy' | 'replicas' | 'resources';
  readonly why: string;
  readonly schema: Tree;
}

const values: readonly Value[] = [
  {
    name: 'image',
    why: 'Of the operator, and of what runs artifacts that no image brings.',
    schema: { type: 'string', minLength: 1 },
  },
  {
    name: 'imagePullPolicy',
    why: 'Never, where images are loaded into the nodes by hand.',
    schema: { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] },
  },
  { name: 'replicas', why: 'One acts, the others take over.', schema: { type: 'integer', minimum: 1, maximum: 5 } },
  { name: 'resources', why: 'Of its container.', schema: { type: 'object' } },
];

/**
 * A chart of the operator, installed into the release's namespace. The kind is in `crds/`: Helm installs it before all
 * else, and never changes or deletes it.
 */
export function operatorChart(setting: OperatorSetting, version: string): ManifestFiles {
  const place = (name: string): Verbatim => new Verbatim(`{{ .Values.${name} | toJson }}`);
  const templated: OperatorSetting = {
    ...setting,
    namespace: new Verbatim('{{ .Release.Namespace }}'),
    image: place('image'),
    imagePullPolicy: place('imagePullPolicy'),
    replicas: place('replicas'),
    resources: place('resources'),
  };
  const objects = [...rights(templated), ...operatorDeployment(templated)];
  const defaults = values.map(({ name, why }) => [name, new Explained(why, setting[name])]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: values.map(({ name }) => name),
    properties: Object.fromEntries(
      values.map(({ name, why, schema: of }) => [name, { description: why, ...(of as object) }]),
    ),
    additionalProperties: false,
  };
  const chart = {
    apiVersion: 'v2',
    name: setting.name,
    description: 'Runs integrations, as objects of kind Integration say.',
    type: 'application',
    version,
    appVersion: version,
  };
  return {
    'Chart.yaml': yamlOf([chart]),
    'values.yaml': yamlOf([Object.fromEntries(defaults)]),
    'values.schema.json': `${JSON.stringify(schema, undefined, 2)}\n`,
    'crds/integrations.yaml': yamlOf([customResource()]),
    ...Object.fromEntries(objects.map((one) => [`templates/${one.kind.toLowerCase()}.yaml`, yamlOf([one])])),
  };
}
