import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { dock, image, integration } from '../fixtures/facts.ts';
import type { IntegrationSpec } from '../resource/integration.ts';
import { revisionOf } from '../revisions/revision.ts';
import { wantedObjects, type Wanted } from './wanted.ts';

function wanted(spec: Partial<IntegrationSpec>): Wanted {
  const { replicas: _two, ...rest } = integration().spec;
  const of = { ...integration(), spec: { ...rest, ...spec } };
  return wantedObjects(of, revisionOf(of, `image:${image}`, dock, 1), { runtimeImage: 'gantry:1', files: undefined });
}

const find = ({ objects }: Wanted, kind: string): any =>
  objects.find((object: KubernetesObject) => object.kind === kind && object.metadata.name === 'harbour');

test('the port of an inbound endpoint leads from the Service into the pods, its value from spec.env', () => {
  const objects = wanted({ env: [{ name: 'gangway', value: '8285' }] });
  const ports = find(objects, 'Service').spec.ports.map(({ port, targetPort }: any) => [port, targetPort]);
  assert.deepEqual(ports, [
    [80, 'http'],
    [8285, 'in-8285'],
  ]);
  const [container] = find(objects, 'Deployment').spec.template.spec.containers;
  assert.deepEqual(container.ports[1], { name: 'in-8285', containerPort: 8285 });
});

test('a port that only a Secret knows is opened by nobody beforehand', () => {
  const valueFrom = { secretKeyRef: { name: 'ports', key: 'gangway' } };
  const objects = wanted({ env: [{ name: 'gangway', valueFrom }] });
  assert.equal(find(objects, 'Service').spec.ports.length, 1);
});

test('followQueues asks KEDA instead of the autoscaler of Kubernetes', () => {
  const objects = wanted({ autoscaling: { maxReplicas: 6, followQueues: true } });
  assert.deepEqual(objects.problems, []);
  assert.equal(find(objects, 'HorizontalPodAutoscaler'), undefined);
  const { spec } = find(objects, 'ScaledObject');
  assert.deepEqual([spec.minReplicaCount, spec.maxReplicaCount], [2, 6]);
  assert.deepEqual(
    spec.triggers.map(({ type }: any) => type),
    ['cpu', 'rabbitmq'],
  );
  assert.ok(!('replicas' in find(objects, 'Deployment').spec));
});
