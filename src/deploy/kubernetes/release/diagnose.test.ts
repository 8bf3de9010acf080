import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, type Diagnosis } from './diagnose.ts';
import { deploymentOf, eventOf, podOf, replicaSetOf, type PodTraits } from './fixtures/objects.ts';
import type { ClusterEvent } from './shapes.ts';

function ofPod(traits: PodTraits, ...events: readonly ClusterEvent[]): Diagnosis | undefined {
  const view = { deployments: [deploymentOf()], replicaSets: [replicaSetOf(2)], pods: [podOf('p', 2, traits)], events };
  return diagnose(view)[0];
}

function ofRefusal(message: string): Diagnosis {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] as const;
  const deployment = deploymentOf({ status: { observedGeneration: 2, conditions } });
  return diagnose({ deployments: [deployment], replicaSets: [], pods: [], events: [] })[0]!;
}

const running = { running: {} };

test('an image that is not pulled says why, and what to do about that', () => {
  const waiting = { state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } };
  const because = (message: string): string => {
    const found = ofPod(waiting, eventOf('p', 'Failed', `Failed to pull image "x": ${message}`))!;
    assert.equal(found.code, 'IMAGE_NOT_PULLED');
    assert.match(found.text, new RegExp(message));
    return found.hint;
  };
  assert.match(because('x: not found'), /no such image/);
  assert.match(because('failed to authorize: 401 Unauthorized'), /--pull-secret/);
  assert.match(because('dial tcp: lookup x: no such host'), /do not reach that registry/);
  assert.equal(ofPod({ state: { waiting: { reason: 'InvalidImageName' } } })!.hopelessAfterMs, 0);
});

test('a container that ends again and again is hopeless the third time', () => {
  const crashed = (restarts: number, reason?: string): Diagnosis =>
    ofPod({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      last: { terminated: { exitCode: 9, ...(reason && { reason }) } },
      restarts,
    })!;
  assert.deepEqual(
    [crashed(1).code, crashed(1).text, crashed(1).hopelessAfterMs],
    ['CRASHES', 'It ended with exit code 9 and was started again once.', undefined],
  );
  assert.equal(crashed(3).hopelessAfterMs, 0);
  assert.match(crashed(2, 'OOMKilled').text, /want of memory and started again 2 times/);
});

test('a pod that no node takes says which resource is short', () => {
  const found = ofPod({ unschedulable: '0/3 nodes are available: 3 Insufficient memory. preemption: none.' })!;
  assert.equal(found.code, 'UNSCHEDULABLE');
  assert.match(found.hint, /No node has enough memory left/);
  assert.equal(found.hopelessAfterMs, undefined, 'a node may be added');
  assert.match(ofPod({ unschedulable: '3 node(s) had untolerated taint {x: }' })!.hint, /taints/);
});

test('a probe that fails is told only when it goes on, and may heal', () => {
  const event = eventOf('p', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
  const found = ofPod({ state: running }, event)!;
  assert.deepEqual([found.code, found.saidAfterMs, found.hopelessAfterMs], ['NOT_READY', 10_000, undefined]);
  assert.equal(ofPod({ state: running, ready: true }, event), undefined, 'a pod that is ready has no trouble');
});

test('what the API server says of pods it does not make is told in words', () => {
  const quota = ofRefusal(
    'pods "orders-x" is forbidden: exceeded quota: small, requested: requests.memory=128Mi, used: requests.memory=256Mi, limited: requests.memory=300Mi',
  );
  assert.equal(quota.code, 'QUOTA');
  assert.match(
    quota.text,
    /quota small is used up: one more pod asks for requests\.memory=128Mi, requests\.memory=256Mi are in use/,
  );
  assert.equal(ofRefusal('pods "x" is forbidden: violates PodSecurity "restricted:latest": x').code, 'POD_SECURITY');
  assert.equal(ofRefusal('error looking up service account shop/orders').code, 'NOT_CREATED');
});

test('when Kubernetes has given up, there is no more hope', () => {
  const conditions = [
    { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
  ] as const;
  const deployment = deploymentOf({ status: { observedGeneration: 2, conditions } });
  const [found] = diagnose({ deployments: [deployment], replicaSets: [], pods: [], events: [] });
  assert.deepEqual([found!.code, found!.hopelessAfterMs], ['STUCK', 0]);
});

test('pods of the old version have no say, and many pods with one cause are one diagnosis', () => {
  const waiting = { state: { waiting: { reason: 'ErrImagePull' } } };
  const pods = [podOf('a', 1, waiting), podOf('b', 2, waiting), podOf('c', 2, waiting)];
  const found = diagnose({
    deployments: [deploymentOf()],
    replicaSets: [replicaSetOf(1), replicaSetOf(2)],
    pods,
    events: [],
  });
  assert.deepEqual(
    found.map(({ code, pod }) => [code, pod]),
    [['IMAGE_NOT_PULLED', 'b']],
  );
});
