import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { FakeApi } from '../../../coordination/arbiters/kubernetes/fixtures/fake-api.ts';
import { because } from '../manifests/manifest.ts';
import { ClusterClient } from './client.ts';
import type { KubernetesObject, WatchEvent } from './cluster.ts';
import { kindOf, kinds } from './kinds.ts';

const { signal } = new AbortController();
const configMap = (name: string, data: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});

test('every kind is asked for at its own path', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  await cluster.get({ kind: kinds.deployments, name: 'orders' }, signal);
  await cluster.list({ kind: kinds.nodes }, signal);
  await cluster.list({ kind: kinds.pods, namespace: 'all', labelSelector: 'a=b' }, signal);
  await cluster.get({ kind: kinds.pods, namespace: 'other', name: 'p' }, signal);
  assert.deepEqual(api.urls, [
    'GET /apis/apps/v1/namespaces/shop/deployments/orders',
    'GET /api/v1/nodes?limit=500',
    'GET /api/v1/pods?labelSelector=a%3Db&limit=500',
    'GET /api/v1/namespaces/other/pods/p',
  ]);
  cluster.close();
});

test('a kind nobody told of gets a regular plural', () => {
  assert.equal(kindOf({ apiVersion: 'a.dev/v1', kind: 'Policy' }).plural, 'policies');
  assert.equal(kindOf({ apiVersion: 'a.dev/v1', kind: 'Class' }).plural, 'classes');
  assert.equal(kindOf({ apiVersion: 'networking.k8s.io/v1beta1', kind: 'Ingress' }).plural, 'ingresses');
});

test('applying sends values without their reasons, strictly, and says who owns them', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'shop' },
    data: because('It is so.', { count: because('Three is enough.', '3'), none: undefined }),
  };
  await cluster.apply(manifest, { manager: 'gantry', dryRun: true, signal });
  assert.deepEqual(api.stored('configmaps'), []);
  await cluster.apply(manifest, { manager: 'gantry', force: true, signal });
  assert.deepEqual(api.stored('configmaps')[0]!.data, { count: '3' });
  assert.deepEqual(api.urls, [
    'PATCH /api/v1/namespaces/shop/configmaps/a?fieldManager=gantry&fieldValidation=Strict&dryRun=All',
    'PATCH /api/v1/namespaces/shop/configmaps/a?fieldManager=gantry&fieldValidation=Strict&force=true',
  ]);
  cluster.close();
});

test('what is not there is undefined, and its deletion has nothing to do', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  const ref = { kind: kinds.configMaps, name: 'a' };
  assert.equal(await cluster.get(ref, signal), undefined);
  assert.equal(await cluster.delete(ref, { signal }), false);
  const { metadata } = await cluster.create(configMap('a'), signal);
  assert.equal(await cluster.delete(ref, { uid: 'another', signal }), false);
  assert.equal(await cluster.delete(ref, { uid: metadata.uid!, signal }), true);
  cluster.close();
});

test('a long list comes in pages', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  api.answers.set('GET pods', (url) => {
    const isFirst = url.searchParams.get('continue') === null;
    const metadata = { resourceVersion: '7', ...(isFirst && { continue: 'more' }) };
    return { body: { metadata, items: [{ metadata: { name: isFirst ? 'one' : 'two' } }] } };
  });
  const pods = await cluster.list({ kind: kinds.pods }, signal);
  assert.deepEqual(
    pods.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['Pod one', 'Pod two'],
  );
  cluster.close();
});

test('a watch tells what there is and what becomes of it, and lists again when it cannot go on', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  api.put('configmaps', configMap('a'));
  const events: string[] = [];
  const waiting: { readonly line: string; readonly seen: () => void }[] = [];
  const until = (line: string): Promise<void> =>
    new Promise((seen) => (events.includes(line) ? seen() : waiting.push({ line, seen })));
  const watching = new AbortController();
  const began = api.next('WATCHING configmaps');
  const watch = cluster.watch(
    { kind: kinds.configMaps },
    (event) => {
      const line = textOf(event);
      events.push(line);
      for (const { seen } of waiting.filter((one) => one.line === line)) seen();
    },
    watching.signal,
  );
  await began;
  api.put('configmaps', configMap('b'));
  await until('put b');
  api.remove('configmaps', 'a');
  await until('gone a');
  const again = api.next('WATCHING configmaps');
  api.compact();
  api.endWatches('expire');
  await again;
  await until('listed b');
  const third = api.next('WATCHING configmaps');
  api.endWatches('cut');
  await third;
  watching.abort();
  await watch;
  assert.deepEqual(events.slice(0, 4), ['listed a', 'put b', 'gone a', 'listed b']);
  assert.match(events[4]!, /^trouble/);
  cluster.close();
});

test('a server that hangs is given up after a while, and said', async () => {
  await using api = await FakeApi.start();
  const clock = new VirtualClock();
  const cluster = new ClusterClient({ access: api.access(), clock });
  const thaw = api.freeze();
  const arrived = api.next('GET configmaps');
  const asked = assert.rejects(
    cluster.get({ kind: kinds.configMaps, name: 'a' }, signal),
    /has not answered within 20 s/,
  );
  await arrived;
  await clock.advance(20_000);
  await asked;
  thaw();
  cluster.close();
});

test('a log comes line by line, and a refusal says of what', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  api.answers.set('GET pods/log', () => ({ body: 'one\ntwo\nunfinished' }));
  const lines: string[] = [];
  for await (const line of cluster.logs({ name: 'p' }, { tailLines: 5, follow: true, signal })) lines.push(line);
  assert.deepEqual(lines, ['one', 'two', 'unfinished']);
  assert.equal(api.urls[0], 'GET /api/v1/namespaces/shop/pods/p/log?follow=true&tailLines=5');
  api.refuse({ status: 403, reason: 'Forbidden' });
  await assert.rejects(cluster.logs({ name: 'p' }, { signal }).next(), (error: ApiError) => {
    assert.deepEqual(error.asked.resource, { group: '', name: 'pods/log' });
    return true;
  });
  cluster.close();
});

test('what the server warns of is told once', async () => {
  await using api = await FakeApi.start();
  const warnings: string[] = [];
  const cluster = new ClusterClient({ access: api.access(), onWarning: (text) => void warnings.push(text) });
  api.answers.set('GET configmaps', () => ({
    headers: { warning: '299 - "would violate \\"restricted\\"", 299 - "and more"' },
    body: configMap('a'),
  }));
  await cluster.get({ kind: kinds.configMaps, name: 'a' }, signal);
  await cluster.get({ kind: kinds.configMaps, name: 'a' }, signal);
  assert.deepEqual(warnings, ['would violate "restricted"', 'and more']);
  cluster.close();
});

test('whether someone may do it is the server’s answer', async () => {
  await using api = await FakeApi.start();
  const cluster = new ClusterClient({ access: api.access() });
  let asked: unknown;
  api.answers.set('POST selfsubjectaccessreviews', (_url, body) => {
    asked = (body as { spec: unknown }).spec;
    return { status: 201, body: { status: { allowed: false } } };
  });
  assert.equal(await cluster.may('patch', { kind: kinds.deployments }, signal), false);
  assert.deepEqual(asked, {
    resourceAttributes: { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop' },
  });
  cluster.close();
});

function textOf(event: WatchEvent): string {
  if (event.type === 'trouble') return `trouble ${event.error.message}`;
  if (event.type === 'listed') return `listed ${event.objects.map(({ metadata }) => metadata.name).join(' ')}`;
  return `${event.type} ${event.object.metadata.name}`;
}
