import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { policyRules } from '../../../../coordination/arbiters/kubernetes/rbac.ts';
import { plain } from '../../manifests/manifest.ts';
import { collections } from '../watch/copies.ts';
import { defaultSetting, operatorChart, operatorManifests } from './installation.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const setting = { ...defaultSetting, image: 'gantry:1' };
const objects = (allNamespaces: boolean): readonly any[] =>
  operatorManifests({ ...setting, allNamespaces }).map((one) => plain(one));
const rules = (): readonly Rule[] => objects(false).find(({ kind }) => kind === 'Role').rules;
const may = (group: string, resource: string, verb: string): boolean =>
  rules().some(
    (rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb),
  );

test('it has itself every right that it gives to the pods of an Integration', () => {
  for (const { apiGroups, resources, verbs } of policyRules('orders'))
    for (const verb of verbs) assert.ok(may(apiGroups[0]!, resources[0]!, verb), `${verb} ${resources[0]}`);
});

test('it may list and watch every kind it keeps a copy of', () => {
  for (const { kind } of collections) {
    const group = kind.apiVersion.includes('/') ? kind.apiVersion.split('/')[0]! : '';
    for (const verb of ['list', 'watch']) assert.ok(may(group, kind.plural, verb), `${verb} ${kind.plural}`);
  }
});

test('it has no right on Secrets or nodes, none to widen rights, and none on everything', () => {
  const all = rules().flatMap(({ resources, verbs }) => [...resources, ...verbs]);
  for (const word of ['secrets', 'nodes', 'bind', 'escalate', 'impersonate', '*']) assert.ok(!all.includes(word), word);
});

test('for its own namespace it has nothing that spans namespaces but the kind', () => {
  const spanning = objects(false).filter(({ metadata }) => metadata.namespace === undefined);
  assert.deepEqual(
    spanning.map(({ kind }) => kind),
    ['CustomResourceDefinition'],
  );
  const wide = objects(true).filter(({ metadata }) => metadata.namespace === undefined);
  assert.deepEqual(
    wide.map(({ kind }) => kind),
    ['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'],
  );
});

test('a chart is filled in from its values alone, and every value has a default and a schema', () => {
  const files = operatorChart(setting, '1.2.3');
  const templates = Object.entries(files).filter(([name]) => name.startsWith('templates/'));
  const places = templates.flatMap(([, text]) => text.match(/\{\{.*?\}\}/g) ?? []);
  const used = new Set(places.flatMap((place) => /^\{\{ \.Values\.(\w+) \| toJson \}\}$/.exec(place)?.[1] ?? []));
  assert.deepEqual(
    places.filter((place) => !/^\{\{ (\.Values\.\w+ \| toJson|\.Release\.Namespace) \}\}$/.test(place)),
    [],
  );
  assert.deepEqual(Object.keys(parse(files['values.yaml']!)).toSorted(), [...used].toSorted());
  assert.deepEqual(Object.keys(JSON.parse(files['values.schema.json']!).properties).toSorted(), [...used].toSorted());
  assert.equal(parse(files['crds/integrations.yaml']!).kind, 'CustomResourceDefinition');
});
