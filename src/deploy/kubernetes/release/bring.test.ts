import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterClient } from '../cluster/client.ts';
import type { KubernetesObject } from '../cluster/cluster.ts';
import { bringRelease, type BringRequest, type Brought } from './bring.ts';
import { startSmallCluster, type SmallCluster } from './fixtures/small-cluster.ts';
import { releasesOf } from './history.ts';
import { ReleaseError } from './release.ts';
import type { ReleaseEvent } from './told.ts';

const { signal } = new AbortController();
const deployed = { name: 'orders', namespace: 'shop' };
const labels = { 'app.kubernetes.io/instance': 'orders', 'app.kubernetes.io/managed-by': 'gantry' };
const meta = { name: 'orders', namespace: 'shop', labels };

const service: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: meta };
const deployment = (image: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta,
  spec: { replicas: 2, template: { metadata: {}, spec: { containers: [{ image }] } } },
});

interface Ran {
  readonly brought: Brought;
  readonly events: readonly ReleaseEvent[];
}

async function bring(small: SmallCluster, image: string, more: Partial<BringRequest> = {}): Promise<Ran> {
  const events: ReleaseEvent[] = [];
  const brought = await bringRelease(
    small.cluster,
    {
      ...deployed,
      objects: [service, deployment(image)],
      facts: { digest: 'd', image, pattern: 'replicated', how: 'deploy', who: 'ada@laptop' },
      force: false,
      atomic: false,
      timeoutMs: 10_000,
      ...more,
    },
    { signal, tell: (event) => void events.push(event) },
  );
  return { brought, events };
}

async function outcomes(small: SmallCluster): Promise<readonly string[]> {
  const releases = await releasesOf(small.cluster, deployed, signal);
  return releases.map(({ facts }) => `${facts.revision} ${facts.image} ${facts.outcome}`);
}

function imageIn({ api }: SmallCluster): unknown {
  const [stored] = api.stored('deployments') as unknown as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  }[];
  return stored?.spec.template.spec.containers[0]!.image;
}

test('a story: a release is checked, applied, waited for and remembered', async () => {
  await using small = await startSmallCluster();
  const { brought, events } = await bring(small, 'a:1');
  assert.deepEqual([brought.revision, brought.outcome], [1, 'serves']);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['checked', 'begun', 'applied', 'applied', 'progress', 'serves', 'done'],
  );
  const again = await bring(small, 'a:2');
  assert.deepEqual(again.events[0], { type: 'checked', created: 0, changed: 1, unchanged: 1, removed: 0 });
  assert.deepEqual(await outcomes(small), ['1 a:1 serves', '2 a:2 serves']);
});

test('what a release has not any more is removed, and nothing else', async () => {
  await using small = await startSmallCluster();
  const route = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...meta, name: 'orders-old' } };
  const taken = { ...route, metadata: { ...meta, name: 'orders-taken' } };
  await bring(small, 'a:1', { objects: [service, deployment('a:1'), route, taken] });
  // Someone has made it theirs meanwhile.
  small.api.put('configmaps', { ...taken, metadata: { ...taken.metadata, labels: {} } });
  const { events } = await bring(small, 'a:1');
  assert.deepEqual(
    events.filter(({ type }) => type === 'removed'),
    [{ type: 'removed', object: 'ConfigMap orders-old' }],
  );
});

test('what older pods may still need goes when the new ones serve, and stays where they do not', async () => {
  await using small = await startSmallCluster();
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { ...meta, name: 'orders-coordination' },
  };
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: meta };
  await bring(small, 'a:1', { objects: [role, service, deployment('a:1'), ingress] });
  small.canPull = (image) => image !== 'a:2';
  const failed = await bring(small, 'a:2');
  const removed = ({ events }: Ran): readonly string[] =>
    events.flatMap((event) => (event.type === 'removed' ? [event.object] : [event.type]));
  assert.deepEqual(
    removed(failed).filter((word) => word.includes(' ')),
    ['Ingress orders'],
  );
  assert.equal(small.api.stored('roles').length, 1, 'the pods of a:1 serve on, with their rights');
  const after = removed(await bring(small, 'a:3'));
  assert.ok(after.indexOf('Role orders-coordination') > after.indexOf('serves'));
  assert.deepEqual(small.api.stored('roles'), []);
});

test('isolated pods are changed before POD 1, and the way in before both', async () => {
  await using small = await startSmallCluster();
  const of = (name: string, group: string): KubernetesObject => ({
    ...deployment('a:1'),
    metadata: { ...meta, name, labels: { ...labels, 'app.kubernetes.io/component': group } },
  });
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: meta };
  // Kubernetes has not looked at them, so there is no end to wait for.
  const request = { objects: [service, of('orders', 'main'), of('orders-night', 'night'), ingress], timeoutMs: 0 };
  const { events } = await bring(small, 'a:1', request);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'applied' ? [event.object] : [])),
    ['Service orders', 'Ingress orders', 'Deployment orders-night', 'Deployment orders'],
  );
});

test('what would be refused is refused before anything is applied', async () => {
  await using small = await startSmallCluster();
  small.api.answers.set('PATCH deployments', (url) =>
    url.searchParams.get('dryRun')
      ? { status: 422, body: { reason: 'Invalid', message: 'spec.replicas: no' } }
      : undefined,
  );
  await assert.rejects(bring(small, 'a:1'), (error: ReleaseError) => {
    assert.deepEqual(
      [error.code, error.message],
      ['REFUSED', 'The API server does not take Deployment orders: spec.replicas: no'],
    );
    return true;
  });
  assert.deepEqual([small.api.stored('services'), small.api.stored('configmaps')], [[], []]);
});

test('a policy that refuses is no right that is missing', async () => {
  await using small = await startSmallCluster();
  const message = 'admission webhook "limits.example.com" denied the request: too many';
  small.api.answers.set('PATCH deployments', () => ({ status: 403, body: { reason: 'Forbidden', message } }));
  await assert.rejects(bring(small, 'a:1'), (error: ReleaseError) => {
    assert.equal(error.message, `The API server does not take Deployment orders: ${message}`);
    return error.code === 'REFUSED';
  });
});

test('a conflict names the field and who has set it', async () => {
  await using small = await startSmallCluster();
  const cause = {
    reason: 'FieldManagerConflict',
    message: 'conflict with "ada" using apps/v1',
    field: '.spec.replicas',
  };
  small.api.answers.set('PATCH deployments', () => ({
    status: 409,
    body: { reason: 'Conflict', message: 'Apply failed', details: { causes: [cause] } },
  }));
  await assert.rejects(bring(small, 'a:1'), /Deployment orders \.spec\.replicas: ada/);
});

test('an object of another maker is not taken over', async () => {
  await using small = await startSmallCluster();
  small.api.put('services', { ...service, metadata: { name: 'orders', namespace: 'shop' } });
  await assert.rejects(bring(small, 'a:1'), (error: ReleaseError) => error.code === 'NOT_OURS');
  const ownerReferences = [
    { apiVersion: 'gantry.dev/v1alpha1', kind: 'Integration', name: 'orders', uid: 'u', controller: true },
  ];
  small.api.put('services', { ...service, metadata: { ...meta, ownerReferences } } as KubernetesObject);
  await assert.rejects(bring(small, 'a:1', { force: true }), /belongs to Integration orders/);
});

test('a release whose pods do not come has failed, and the one before stays the good one', async () => {
  await using small = await startSmallCluster();
  await bring(small, 'a:1');
  small.canPull = (image) => image !== 'a:2';
  const { brought, events } = await bring(small, 'a:2');
  assert.deepEqual([brought.outcome, brought.oldServing], ['failed', 2]);
  assert.match(brought.reason!, /cannot be pulled/);
  assert.ok(events.some((event) => event.type === 'diagnosis' && event.diagnosis.code === 'IMAGE_NOT_PULLED'));
  assert.deepEqual(await outcomes(small), ['1 a:1 serves', '2 a:2 failed']);
  assert.equal(imageIn(small), 'a:2');
});

test('atomic: the release before is brought back, and without one everything goes', async () => {
  await using small = await startSmallCluster();
  small.canPull = (image) => image !== 'a:2';
  // What the pods of such a version write about themselves before it is known that they will not serve.
  const labels = { 'gantry.dev/deployment': 'orders' };
  small.api.put('configmaps', { metadata: { name: 'gantry.orders', labels } });
  small.api.put('leases', { metadata: { name: 'gantry.orders.a', labels } });
  const first = await bring(small, 'a:2', { atomic: true });
  assert.deepEqual([first.brought.outcome, first.brought.backTo], ['rolled-back', undefined]);
  for (const plural of ['services', 'deployments', 'pods', 'leases']) assert.deepEqual(small.api.stored(plural), []);
  assert.deepEqual(
    small.api.stored('configmaps').map(({ metadata }) => metadata.name),
    ['gantry.orders.release-1'],
  );
  await bring(small, 'a:1');
  const second = await bring(small, 'a:2', { atomic: true });
  assert.deepEqual([second.brought.outcome, second.brought.backTo], ['rolled-back', 2]);
  assert.equal(imageIn(small), 'a:1');
  assert.deepEqual(await outcomes(small), ['1 a:2 rolled-back', '2 a:1 serves', '3 a:2 rolled-back']);
});

test('the newest ten releases are kept, and the one that serves with them', async () => {
  await using small = await startSmallCluster();
  await bring(small, 'a:1');
  small.canPull = (image) => image === 'a:1';
  for (let n = 2; n <= 12; n++) await bring(small, `a:${n}`);
  const all = await outcomes(small);
  assert.deepEqual([all.length, all[0], all.at(-1)], [11, '1 a:1 serves', '12 a:12 failed']);
});

test('of two who bring a release at the same time one is told', async () => {
  await using small = await startSmallCluster();
  small.api.answers.set('POST configmaps', () => ({
    status: 409,
    body: { reason: 'AlreadyExists', message: 'it is there' },
  }));
  await assert.rejects(bring(small, 'a:1'), (error: ReleaseError) => error.code === 'BUSY');
  assert.deepEqual(small.api.stored('services'), []);
});

test('what breaks off in the middle says what was done and what was not', async () => {
  await using small = await startSmallCluster();
  small.api.answers.set('PATCH deployments', (url) =>
    url.searchParams.get('dryRun') ? undefined : { status: 500, body: { message: 'etcd is away' } },
  );
  await assert.rejects(bring(small, 'a:1'), /Applied: Service orders\. Not applied: Deployment orders\./);
  assert.deepEqual(await outcomes(small), ['1 a:1 failed']);
});

test('who has no right is told of every right that is missing, as RBAC to apply', async () => {
  await using small = await startSmallCluster();
  small.api.answers.set('PATCH services', () => ({
    status: 403,
    body: { reason: 'Forbidden', message: 'User "system:serviceaccount:ci:bot" cannot patch resource "services"' },
  }));
  small.api.answers.set('POST selfsubjectaccessreviews', (_url, body) => {
    const { verb, resource } = (body as { spec: { resourceAttributes: { verb: string; resource: string } } }).spec
      .resourceAttributes;
    return { body: { status: { allowed: resource !== 'services' || verb === 'get' } } };
  });
  await assert.rejects(bring(small, 'a:1'), (error: ReleaseError) => {
    assert.equal(error.code, 'NOT_ALLOWED');
    assert.match(error.message, /^You may not patch services orders in namespace shop/);
    assert.match(error.hint, /- \{ apiGroups: \[''\], resources: \[services\], verbs: \[create, patch, delete\] \}/);
    assert.match(error.hint, /\{ kind: ServiceAccount, namespace: ci, name: bot \}/);
    return true;
  });
});

test('when an autoscaler takes over, the number of replicas stays what it is until it speaks', async () => {
  await using small = await startSmallCluster();
  await bring(small, 'a:1');
  const { spec, ...rest } = deployment('a:1');
  const { replicas: _replicas, ...scaled } = spec as { replicas: number };
  small.api.urls.length = 0;
  await bring(small, 'a:1', { objects: [service, { ...rest, spec: scaled }] });
  const applied = small.api.urls.filter(
    (url) => url.startsWith('PATCH') && url.includes('deployments') && !url.includes('dryRun'),
  );
  assert.match(applied[0]!, /fieldManager=gantry-scale&.*force=true/);
  assert.match(applied[1]!, /fieldManager=gantry&/);
});

test('what was said on an autoscaler’s behalf is taken back without a word, and nothing else is', async () => {
  await using small = await startSmallCluster();
  await bring(small, 'a:1');
  let managers = ['gantry-scale'];
  small.api.answers.set('PATCH deployments', (url) => {
    if (url.searchParams.get('force') === 'true') return undefined;
    const causes = managers.map((who) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${who}" using apps/v1`,
      field: '.spec.replicas',
    }));
    return { status: 409, body: { reason: 'Conflict', message: 'Apply failed', details: { causes } } };
  });
  assert.equal((await bring(small, 'a:2')).brought.outcome, 'serves');
  managers = ['gantry-scale', 'ada'];
  await assert.rejects(bring(small, 'a:3'), (error: ReleaseError) => error.code === 'FIELD_CONFLICT');
});

test('a cluster that is not reached is no release', async () => {
  const small = await startSmallCluster();
  const access = small.api.access();
  await small[Symbol.asyncDispose]();
  const cluster = new ClusterClient({ access });
  await assert.rejects(bring({ ...small, cluster }, 'a:1'), /is not reached/);
  cluster.close();
});

test('a RoleBinding whose Role is not there yet is no refusal', async () => {
  await using small = await startSmallCluster();
  small.api.answers.set('PATCH rolebindings', (url) =>
    url.searchParams.get('dryRun')
      ? {
          status: 404,
          body: { reason: 'NotFound', message: 'rolebindings.rbac.authorization.k8s.io "orders" not found' },
        }
      : undefined,
  );
  const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: meta };
  const { brought } = await bring(small, 'a:1', { objects: [service, binding, deployment('a:1')] });
  assert.equal(brought.outcome, 'serves');
  assert.equal(small.api.stored('rolebindings').length, 1);
});

test('a namespace that is missing is said, whatever else is refused with it', async () => {
  await using small = await startSmallCluster();
  const missing = { status: 404, body: { reason: 'NotFound', message: 'namespaces "shop" not found' } };
  for (const line of ['PATCH services', 'PATCH deployments']) small.api.answers.set(line, () => missing);
  await assert.rejects(bring(small, 'a:1'), (error: ReleaseError) => error.code === 'NO_NAMESPACE');
});

test('who does not wait any longer leaves the release pending', async () => {
  await using small = await startSmallCluster();
  const giveUp = new AbortController();
  small.api.answers.set('WATCH pods', () => {
    giveUp.abort(new Error('Interrupted.'));
    return undefined;
  });
  const request: BringRequest = {
    ...deployed,
    objects: [service, deployment('a:1')],
    facts: { digest: 'd', image: 'a:1', pattern: 'replicated', how: 'deploy', who: 'ada@laptop' },
    force: false,
    atomic: true,
    timeoutMs: 10_000,
  };
  // A Deployment that is never looked at keeps everyone waiting.
  small.api.answers.set('GET replicasets', () => ({ body: { metadata: { resourceVersion: '1' }, items: [] } }));
  await assert.rejects(bringRelease(small.cluster, request, { signal: giveUp.signal, tell() {} }), /Interrupted/);
  assert.deepEqual(await outcomes(small), ['1 a:1 pending']);
});
