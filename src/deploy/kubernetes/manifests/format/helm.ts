/**
 * A chart of one integration. Its templates use three forms only:
 *
 *   {{ .Release.Namespace }}
 *   {{ .Values.NAME | toJson }}      JSON is YAML, so a value of any shape fits in its place
 *   {{ .Values.environment | toJson | sha256sum | quote }}      so that another setting is another pod
 *
 * What is no value stays as it was generated, with its reason above it: generate the chart again instead of editing it.
 */
import {
  Explained,
  fieldsOf,
  plain,
  Verbatim,
  type Branch,
  type Manifest,
  type Plain,
  type Tree,
} from '../manifest.ts';
import { artifactsAnnotation, environmentAnnotation, type ManifestSetting } from '../setting.ts';
import { oneEach, type ManifestFiles } from './one-each.ts';
import { yamlOf } from './yaml.ts';

interface Value {
  readonly name: string;
  readonly why: string;
  readonly schema: Branch;
  /** Kind of the object it is in, and where; the object has the deployment's name, or it is a field of every one. */
  readonly at: { readonly kind: string; readonly path: readonly string[]; readonly all?: boolean };
}

const text = { type: 'string', minLength: 1 };
const pod = ['spec', 'template', 'spec'];

/** Stands in several places. */
const host = { name: 'host', why: 'Under which name it is reached.', schema: text };

const values: readonly Value[] = [
  {
    name: 'image',
    why: 'Of every pod. A tag that is used once, or a digest.',
    schema: text,
    at: { kind: 'Deployment', path: [...pod, 'containers', '0', 'image'], all: true },
  },
  {
    name: 'artifacts',
    why: 'Digest of the artifacts in that image: pods with others do not become ready. Empty: whatever is in it.',
    schema: { type: 'string' },
    at: { kind: 'Deployment', path: ['spec', 'template', 'metadata', 'annotations', artifactsAnnotation], all: true },
  },
  {
    name: 'imagePullPolicy',
    why: 'Never, where images are loaded into the nodes by hand.',
    schema: { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] },
    at: { kind: 'Deployment', path: [...pod, 'containers', '0', 'imagePullPolicy'], all: true },
  },
  {
    name: 'replicas',
    why: 'Of POD 1.',
    schema: { type: 'integer', minimum: 1, maximum: 500 },
    at: { kind: 'Deployment', path: ['spec', 'replicas'] },
  },
  {
    name: 'resources',
    why: 'Of the containers of POD 1.',
    schema: { type: 'object' },
    at: { kind: 'Deployment', path: [...pod, 'containers', '0', 'resources'] },
  },
  {
    name: 'environment',
    why: 'Settings of the project, each an environment variable. Secrets belong into the Secret that the pods refer to.',
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    at: { kind: 'ConfigMap', path: ['data'], all: true },
  },
  {
    name: 'ingressClassName',
    why: 'Which Ingress controller serves it.',
    schema: text,
    at: { kind: 'Ingress', path: ['spec', 'ingressClassName'] },
  },
  { ...host, at: { kind: 'Ingress', path: ['spec', 'rules', '0', 'host'] } },
  { ...host, at: { kind: 'Ingress', path: ['spec', 'tls', '0', 'hosts', '0'] } },
  { ...host, at: { kind: 'HTTPRoute', path: ['spec', 'hostnames', '0'] } },
];

export function helmChart(manifests: readonly Manifest[], setting: ManifestSetting): ManifestFiles {
  const chosen: [Value, Plain][] = [];
  for (const value of values) {
    const written = manifests.filter((one) => concerns(one, value, setting)).map((one) => valueAt(one, value.at.path));
    if (written[0] !== undefined) chosen.push([value, plain(written[0])]);
  }
  const templates = manifests.map((manifest) => {
    const inNamespace = rolledBySettings(within(manifest));
    return chosen
      .filter(([value]) => concerns(manifest, value, setting))
      .reduce((tree, [value]) => put(tree, value.at.path, template(value)), inNamespace) as Manifest;
  });
  const chart = {
    apiVersion: 'v2',
    name: setting.name,
    description: `The integration ${setting.name}, run by Gantry.`,
    type: 'application',
    // The artifacts are the version; SemVer allows what follows a plus sign.
    version: `0.1.0+${setting.digest.slice(0, 12)}`,
  };
  const defaults = Object.fromEntries(
    chosen.map(([value, was]) => [value.name, new Explained(value.why, was as Exclude<Tree, Explained>)]),
  );
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: [...new Set(chosen.map(([value]) => value.name))],
    properties: Object.fromEntries(chosen.map(([value]) => [value.name, { description: value.why, ...value.schema }])),
    additionalProperties: false,
  };
  return {
    'Chart.yaml': yamlOf([chart]),
    'values.yaml': yamlOf([defaults]),
    'values.schema.json': `${JSON.stringify(schema, undefined, 2)}\n`,
    ...Object.fromEntries(
      Object.entries(oneEach(templates, setting)).map(([file, content]) => [`templates/${file}`, content]),
    ),
  };
}

function concerns(manifest: Manifest, { at }: Value, setting: ManifestSetting): boolean {
  return manifest.kind === at.kind && (at.all === true || manifest.metadata.name === setting.name);
}

function template({ name }: Value): Tree {
  return new Verbatim(`{{ .Values.${name} | toJson }}`);
}

/** The same object in whatever namespace the chart is installed into. */
function within(manifest: Manifest): Tree {
  const namespace = new Verbatim('{{ .Release.Namespace }}');
  const moved = put(manifest, ['metadata', 'namespace'], namespace);
  return manifest.kind === 'RoleBinding' ? put(moved, ['subjects', '0', 'namespace'], namespace) : moved;
}

function rolledBySettings(tree: Tree): Tree {
  const digest = new Verbatim('{{ .Values.environment | toJson | sha256sum | quote }}');
  return put(tree, ['spec', 'template', 'metadata', 'annotations', environmentAnnotation], digest);
}

function valueAt(tree: Tree | undefined, path: readonly string[]): Tree | undefined {
  if (tree instanceof Explained) return valueAt(tree.value, path);
  const [key, ...rest] = path;
  if (key === undefined || tree === undefined) return tree;
  return valueAt((tree as Branch)[key], rest);
}

/** A copy with another value at that place; the reasons along the way stay. Nothing is put where nothing was. */
function put(tree: Tree, path: readonly string[], value: Tree): Tree {
  if (tree instanceof Explained)
    return new Explained(tree.why, put(tree.value, path, value) as Exclude<Tree, Explained>);
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(tree))
    return (tree as readonly Tree[]).map((item, i) => (String(i) === key ? put(item, rest, value) : item));
  const fields = fieldsOf(tree as Branch);
  return Object.fromEntries(fields.map(([name, item]) => [name, name === key ? put(item, rest, value) : item]));
}
