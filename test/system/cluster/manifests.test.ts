/** What `gantry manifests` makes, held against a real API server: strict field validation, Pod Security "restricted". */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decideSetting, manifestsOf, plain, type ManifestRequest } from '../../../src/deploy/kubernetes/index.ts';
import { insideOf, planDeployment, type PlanOptions } from '../../../src/deploy/plan/index.ts';
import type { Project } from '../../../src/artifacts/model.ts';
import { harbour, shop } from '../../golden/plan/projects.ts';
import { Api, noCluster, type ApiObject } from './api.ts';

const cases: readonly [pattern: string, project: Project, options: PlanOptions, request: ManifestRequest][] = [
  ['single', shop, { replicas: 1 }, {}],
  ['single, something stateful', harbour, { replicas: 1 }, { environment: { a: 'b' } }],
  [
    'replicated',
    shop,
    { rps: 4000 },
    {
      maxReplicas: 6,
      ingressClass: 'test',
      host: 'shop.test',
      tlsSecret: 'tls',
      loadBalancer: true,
      pullSecrets: ['registry'],
    },
  ],
  ['coordinated', harbour, { replicas: 3 }, { host: '*.example.com', environment: { greeting: 'a: "b" # c' } }],
  ['isolated', harbour, { replicas: 2, isolate: { night: ['nightlyReport_Task'] } }, { peers: true }],
  [
    'isolated, a pod each',
    harbour,
    { pattern: 'isolated' },
    { image: 'example.com:5000/a/b@sha256:' + 'a'.repeat(64) },
  ],
];

let api: Api;
let namespace: Awaited<ReturnType<Api['namespace']>>;
before(async () => {
  if (noCluster !== false) return;
  api = await Api.open();
  namespace = await api.namespace('manifests');
});
after(() => namespace?.[Symbol.asyncDispose]());

for (const [pattern, project, options, request] of cases) {
  test(
    `the API server takes every object of pattern ${pattern}, and keeps every field of it`,
    { skip: noCluster },
    async () => {
      const plan = planDeployment(project, options);
      const { setting, problems } = decideSetting(plan, insideOf(project), { ...request, namespace: namespace.name });
      assert.deepEqual(
        problems.filter((p) => p.level === 'error'),
        [],
      );
      for (const manifest of manifestsOf(plan, setting)) {
        const object = plain(manifest) as unknown as ApiObject;
        const { body, warnings } = await api.apply(object, true);
        assert.deepEqual(warnings, []);
        assertKept(object, body, object.kind ?? '');
      }
    },
  );

  test(`the pods of pattern ${pattern} pass Pod Security "restricted"`, { skip: noCluster }, async () => {
    const plan = planDeployment(project, options);
    const { setting } = decideSetting(plan, insideOf(project), { ...request, namespace: namespace.name });
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: setting.name, namespace: namespace.name },
    };
    await api.apply(account);
    for (const manifest of manifestsOf(plan, setting).filter((m) => m.kind === 'Deployment')) {
      const { template } = (plain(manifest) as any).spec;
      const metadata = { ...template.metadata, name: `${manifest.metadata.name}-try`, namespace: namespace.name };
      await api.apply({ ...template, apiVersion: 'v1', kind: 'Pod', metadata }, true);
    }
  });
}

test('a pod that asked for more would be refused there', { skip: noCluster }, async () => {
  const metadata = { name: 'rooted', namespace: namespace.name };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await assert.rejects(api.apply(pod, true), /violates PodSecurity "restricted/);
});

test('a misspelt field would be refused', { skip: noCluster }, async () => {
  const metadata = { name: 'misspelt', namespace: namespace.name };
  await assert.rejects(
    api.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec: { port: [] } }, true),
    /field not declared in schema|unknown field/,
  );
});

/** A field the server does not know in this version vanishes without a word. An empty text is as good as none. */
function assertKept(sent: any, kept: any, at: string): void {
  if (typeof sent !== 'object') {
    assert.equal(kept ?? '', sent, at);
    return;
  }
  for (const [key, value] of Object.entries(sent)) assertKept(value, kept?.[key], `${at}.${key}`);
}
