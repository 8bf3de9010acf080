/** The operator's story against a cluster in memory, from an Integration that is created to one that is gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../clock.ts';
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { silentLogger } from '../../../log.ts';
import { dock, image, integration, report } from './fixtures/facts.ts';
import { FakeCluster } from './fixtures/fake-cluster.ts';
import { reportLine } from './inside/report.ts';
import { Reconciler } from './reconciler.ts';
import type { Integration, IntegrationSpec } from './resource/integration.ts';

interface Stage extends AsyncDisposable {
  readonly cluster: FakeCluster;
  /** Resolves when the operator has looked at everything and found nothing to do. */
  settled(): Promise<void>;
}

function operate(cluster: FakeCluster): Stage {
  const stop = new AbortController();
  let told: () => void = () => {};
  const reconciler = new Reconciler({
    cluster,
    namespace: 'shop',
    pod: 'operator-1',
    runtimeImage: 'gantry:1',
    inspectFiles: async () => report,
    clock: systemClock,
    log: silentLogger,
    onReconciled: (outcome) => {
      if (outcome === 'settled') told();
    },
  });
  const running = reconciler.run(stop.signal);
  return {
    cluster,
    settled: () => new Promise((resolve) => (told = resolve)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

const harbour = (cluster: FakeCluster): Integration => cluster.find('Integration', 'harbour') as Integration;
const reasonOf = (cluster: FakeCluster, type: string): string | undefined =>
  harbour(cluster).status?.conditions?.find((one) => one.type === type)?.reason;
const wants = (cluster: FakeCluster, spec: Partial<IntegrationSpec> = {}): void => {
  const before = cluster.find('Integration', 'harbour') as Integration | undefined;
  const { metadata, ...rest } = integration(spec, before?.status);
  const { generation: _generation, uid: _uid, ...named } = metadata;
  cluster.put({ ...rest, metadata: named });
};

/** Until the image has told what is in it, and its pods serve. */
async function serving(cluster: FakeCluster): Promise<void> {
  await cluster.until(() => cluster.all('Pod').length === 1);
  const [pod] = cluster.all('Pod');
  cluster.lines.set(pod!.metadata.name, [reportLine(report.inside, [])]);
  cluster.put({ ...pod!, status: { phase: 'Succeeded' } });
  await cluster.until(() => cluster.find('Deployment', 'harbour') !== undefined);
  cluster.roll('harbour');
  await cluster.until(() => reasonOf(cluster, 'Ready') === 'Serving');
}

test('an Integration becomes a deployment; then nothing is written, also by the operator that comes after', async () => {
  const cluster = new FakeCluster();
  wants(cluster);
  {
    await using stage = operate(cluster);
    await serving(cluster);
    await stage.settled();
    const made = cluster.writes.filter((write) => write.startsWith('apply'));
    assert.equal(made.at(-1), 'apply Deployment harbour');
    assert.ok(cluster.writes.includes('create ControllerRevision harbour-1'));
    assert.ok(cluster.writes.includes('create Event Pattern') && cluster.writes.includes('create Event RolledOut'));
    assert.equal(cluster.all('Pod').length, 0);
  }
  const before = cluster.writes.length;
  await using next = operate(cluster);
  await next.settled();
  assert.deepEqual(cluster.writes.slice(before), []);
});

test('what somebody else changes is put back, and told', async () => {
  const cluster = new FakeCluster();
  wants(cluster);
  await using stage = operate(cluster);
  await serving(cluster);
  await stage.settled();
  const service = cluster.find('Service', 'harbour')!;
  cluster.put({ ...service, spec: { type: 'NodePort' } });
  await cluster.until(() => cluster.writes.includes('create Event Repaired'));
  assert.deepEqual(cluster.find('Service', 'harbour')!.spec, service.spec);
  cluster.drop('Service', 'harbour');
  await cluster.until(() => cluster.find('Service', 'harbour') !== undefined);
});

test('an object of somebody else stops everything and is not touched', async () => {
  const cluster = new FakeCluster();
  const theirs = cluster.put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'harbour' },
    spec: { mine: true },
  });
  cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data: { 'a.xml': '<a/>' } });
  wants(cluster, { artifact: { configMap: { name: 'files' } } });
  await using _stage = operate(cluster);
  await cluster.until(() => reasonOf(cluster, 'Ready') === 'NameTaken');
  assert.equal(cluster.find('Service', 'harbour'), theirs);
  assert.deepEqual(
    cluster.writes.filter((write) => write.startsWith('apply')),
    [],
  );
});

test('a right that is missing is named, and tried again', async () => {
  const cluster = new FakeCluster();
  wants(cluster);
  let refusals = 0;
  cluster.refuse = (write) => {
    if (!write.startsWith('apply Pod') || refusals > 0) return undefined;
    refusals++;
    const resource = { group: '', name: 'pods' };
    return new ApiError({ verb: 'patch', resource, name: 'x', namespace: 'shop' }, 403, { reason: 'Forbidden' });
  };
  await using _stage = operate(cluster);
  await cluster.until(() => reasonOf(cluster, 'Ready') === 'Forbidden');
  await serving(cluster);
  assert.equal(refusals, 1);
});

test('another image is looked into before anything of the old one is changed', async () => {
  const cluster = new FakeCluster();
  wants(cluster);
  await using _stage = operate(cluster);
  await serving(cluster);
  const before = cluster.find('Deployment', 'harbour')!;
  wants(cluster, { artifact: { image: 'example.com/harbour:2' } });
  await cluster.until(() => reasonOf(cluster, 'Ready') === 'Inspecting');
  assert.equal(cluster.find('Deployment', 'harbour'), before);
  assert.equal(harbour(cluster).status?.artifact?.image, image);
  await cluster.until(() => cluster.all('Pod').length === 1);
  const [pod] = cluster.all('Pod');
  cluster.lines.set(pod!.metadata.name, ['Error: something else']);
  cluster.put({ ...pod!, status: { phase: 'Failed' } });
  await cluster.until(() => reasonOf(cluster, 'Ready') === 'NotExplained');
  assert.equal(reasonOf(cluster, 'Available'), 'Answering');
});

test('what nobody owns is swept when the Integration and its last pod are gone, and not before', async () => {
  const cluster = new FakeCluster();
  wants(cluster);
  await using _stage = operate(cluster);
  await serving(cluster);
  const labels = { 'gantry.dev/deployment': 'harbour' };
  cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gantry.harbour', labels }, data: {} });
  cluster.put({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'gantry.harbour.a', labels } });
  const other = { 'gantry.dev/deployment': 'other' };
  cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gantry.other', labels: other }, data: {} });
  const pod = { 'app.kubernetes.io/managed-by': 'gantry', 'app.kubernetes.io/instance': 'harbour' };
  cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'harbour-1', labels: pod } });
  cluster.drop('Integration', 'harbour');
  cluster.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'harbour-1', labels: pod },
    status: { phase: 'Running' },
  });
  assert.ok(cluster.find('ConfigMap', 'gantry.harbour') !== undefined);
  cluster.drop('Pod', 'harbour-1');
  await cluster.until(() => cluster.all('Lease').length === 0);
  assert.equal(cluster.find('ConfigMap', 'gantry.harbour'), undefined);
  assert.ok(cluster.find('ConfigMap', 'gantry.other') !== undefined);
});

test('without KEDA nothing is made that would want it; when it comes, all is', async () => {
  const cluster = new FakeCluster();
  cluster.lacks.add('ScaledObject').add('TriggerAuthentication');
  const asks = { autoscaling: { minReplicas: 2, maxReplicas: 5, followQueues: true } };
  wants(cluster, asks);
  await using _stage = operate(cluster);
  await cluster.until(() => cluster.all('Pod').length === 1);
  const [pod] = cluster.all('Pod');
  cluster.lines.set(pod!.metadata.name, [reportLine(dock.inside, [])]);
  cluster.put({ ...pod!, status: { phase: 'Succeeded' } });
  await cluster.until(() => reasonOf(cluster, 'Ready') === 'KindMissing');
  assert.equal(cluster.find('Deployment', 'harbour'), undefined);
  cluster.lacks.clear();
  wants(cluster, { ...asks, paused: false });
  await cluster.until(() => cluster.find('Deployment', 'harbour') !== undefined);
  assert.ok(cluster.find('ScaledObject', 'harbour') !== undefined);
  cluster.drop('ScaledObject', 'harbour');
  await cluster.until(() => cluster.find('ScaledObject', 'harbour') !== undefined);
});
