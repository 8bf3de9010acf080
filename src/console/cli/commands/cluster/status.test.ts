import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSmallCluster } from '../../../../deploy/kubernetes/release/fixtures/small-cluster.ts';
import type { KubernetesObject } from '../../../../deploy/kubernetes/index.ts';
import { runHistory } from './history.ts';
import type { ClusterTold } from './place.ts';
import { runStatus } from './status.ts';
import { runUndeploy } from './undeploy.ts';
import { waysIn } from './way-in.ts';

const labels = { 'app.kubernetes.io/instance': 'orders', 'app.kubernetes.io/managed-by': 'gantry' };
const metadata = { name: 'orders', namespace: 'shop', labels };

test('the status tells of pods, of who holds what, and where requests come in', async () => {
  await using small = await startSmallCluster();
  const containers = [{ image: 'a:1' }];
  small.api.put('deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas: 1, template: { spec: { containers } } },
  } as KubernetesObject);
  small.api.put('services', { apiVersion: 'v1', kind: 'Service', metadata, spec: {} } as KubernetesObject);
  const entry = { holder: 'v1-0.07c1', token: 42, by: 'start', reason: 'it is new', at: 0 };
  small.api.put('configmaps', {
    metadata: { name: 'gantry.orders', namespace: 'shop' },
    data: { assignment: JSON.stringify({ artifacts: { 'task/nightly': entry } }) },
  });
  // The controller has worked by the time someone looks a second time.
  await runStatus(['orders'], { ...quiet, cluster: small.cluster });
  const said: string[] = [];
  assert.equal(await runStatus([], { print: (line) => void said.push(line), warn() {}, cluster: small.cluster }), 0);
  const text = said.join('\n');
  assert.match(text, /^orders 1\/1 +v1-0 +node1 +ready/m);
  assert.match(text, /^task\/nightly +v1-0 +42 +start +it is new/m);
  assert.match(text, /http:\/\/orders\.shop\.svc\/ \(inside the cluster\)/);
});

test('what is not there is said with what there is', async () => {
  await using small = await startSmallCluster();
  small.api.put('deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { template: { spec: { containers: [{ image: 'a:1' }] } } },
  } as KubernetesObject);
  const warned: string[] = [];
  const told: ClusterTold = { print() {}, warn: (line) => void warned.push(line), cluster: small.cluster };
  assert.equal(await runStatus(['other'], told), 1);
  assert.equal(await runHistory(['orders'], told), 1);
  assert.match(warned[0]!, /NO_RELEASE Namespace shop has no deployment "other"\. There are: orders\./);
  assert.match(warned[1]!, /Nothing is remembered of "orders"/);
});

test('undeploying takes the name and a yes, for nobody else can mean it', async () => {
  await using small = await startSmallCluster();
  const told: ClusterTold = { ...quiet, cluster: small.cluster };
  small.api.put('services', { apiVersion: 'v1', kind: 'Service', metadata, spec: {} } as KubernetesObject);
  await assert.rejects(runUndeploy([], told), { name: 'UsageError', message: /takes the NAME/ });
  // Tests have no terminal either.
  if (!process.stdin.isTTY) await assert.rejects(runUndeploy(['orders'], told), /Nobody is there to be asked/);
  assert.equal(small.api.stored('services').length, 1);
  assert.equal(await runUndeploy(['orders', '--yes'], told), 0);
  assert.equal(small.api.stored('services').length, 0);
});

test('a LoadBalancer whose address never comes is said', () => {
  const service = (status?: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { type: 'LoadBalancer' },
    ...(status && { status }),
  });
  assert.match(waysIn([service()])[0]!.trouble!, /has no address: it may take a minute, and never comes/);
  const given = service({ loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } });
  assert.deepEqual(waysIn([given]), [{ url: 'http://192.0.2.7/', trouble: undefined }]);
});

const quiet = { print() {}, warn() {} };
