import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deploymentOf, podOf, replicaSetOf } from './fixtures/objects.ts';
import { progressOf } from './rollout.ts';
import type { View } from './shapes.ts';

const running = { running: {} };
const view = (more: Partial<View>): View => ({
  deployments: [deploymentOf()],
  replicaSets: [replicaSetOf(1), replicaSetOf(2)],
  pods: [],
  events: [],
  ...more,
});
const stateOf = (more: Partial<View>): string => progressOf(view(more))[0]!.state;
const newPods = [podOf('c', 2, { ready: true, state: running }), podOf('d', 2, { ready: true, state: running })];

test('a version serves when all its pods are ready, and it is done when nothing else is left', () => {
  const old = podOf('a', 1, { ready: true, state: running });
  const status = { observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 3 };
  assert.equal(stateOf({ pods: [old, newPods[0]!] }), 'rolling');
  assert.equal(stateOf({ pods: [old, ...newPods], deployments: [deploymentOf({ status })] }), 'serves');
  const going = podOf('a', 1, { going: true, state: running });
  assert.equal(stateOf({ pods: [going, ...newPods] }), 'done');
});

test('pods that have not stood for long enough serve, but it is not done', () => {
  const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 1 };
  assert.equal(stateOf({ pods: newPods, deployments: [deploymentOf({ status })] }), 'serves');
});

test('what Kubernetes has not looked at yet does not serve, whatever its numbers say', () => {
  const status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
  const [group] = progressOf(view({ pods: newPods, deployments: [deploymentOf({ status })] }));
  assert.deepEqual([group!.state, group!.pods], ['rolling', []]);
});

test('a pod is in one of five states, with Kubernetes’ word for why', () => {
  const pods = [
    podOf('a', 1, { going: true, ready: true }),
    podOf('b', 2, { unschedulable: '0/3 nodes are available' }),
    podOf('c', 2, { state: { waiting: { reason: 'ContainerCreating' } } }),
    podOf('d', 2, { state: running }),
    podOf('e', 2, { state: { waiting: { reason: 'ImagePullBackOff' } } }),
    podOf('f', 2, { state: { terminated: { exitCode: 3 } } }),
    podOf('g', 2, { state: running, ready: true, restarts: 2 }),
  ];
  const [group] = progressOf(view({ pods }));
  assert.deepEqual(
    group!.pods.map(({ name, isNew, state, reason, restarts }) => [name, isNew, state, reason, restarts]),
    [
      ['a', false, 'going', undefined, 0],
      ['b', true, 'waiting', 'Unschedulable', 0],
      ['c', true, 'waiting', undefined, 0],
      ['d', true, 'starting', undefined, 0],
      ['e', true, 'failing', 'ImagePullBackOff', 0],
      ['f', true, 'failing', 'exit 3', 0],
      ['g', true, 'ready', undefined, 2],
    ],
  );
});
