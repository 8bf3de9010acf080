import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newAssignment, type AssignmentEntry, type MemberRecord } from '../../records.ts';
import { objectName, partsOf, toObject, toRecord, versionOf, type KubernetesObject } from './objects.ts';

const record: MemberRecord = {
  v: 1,
  boot: 'orders-7d9f-x2x4l.07c19f3a07c19f3a',
  pod: 'orders-7d9f-x2x4l',
  node: 'node-1',
  state: 'active',
  beat: 7,
  leaseMs: 1_200,
  offer: 'f00d',
  joinedAt: 0,
};

test('a member is a Lease that people can read and that holds the whole record', () => {
  const wall = Date.UTC(2026, 10, 21, 10, 0, 0, 7);
  const lease = toObject('orders', `member/${record.boot}`, record, 'uid-1/42', wall);
  assert.deepEqual(lease, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'gantry.orders.orders-7d9f-x2x4l.07c19f3a07c19f3a',
      labels: { 'gantry.dev/deployment': 'orders' },
      uid: 'uid-1',
      resourceVersion: '42',
      annotations: { 'gantry.dev/record': JSON.stringify(record) },
    },
    spec: {
      holderIdentity: record.boot,
      leaseDurationSeconds: 2,
      renewTime: '2026-11-21T10:00:00.007000Z',
    },
  });
  assert.deepEqual(toRecord(lease as KubernetesObject), { value: record, version: 'uid-1/42' });
});

test('the assignment is a ConfigMap', () => {
  const assignment = newAssignment('test', 5, 0);
  const configMap = toObject('orders', 'assignment', assignment, undefined, 0);
  assert.deepEqual(configMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'gantry.orders', labels: { 'gantry.dev/deployment': 'orders' } },
    data: { assignment: JSON.stringify(assignment) },
  });
});

test('what is too large for a ConfigMap is refused with its size and the number of artifacts', () => {
  const entry: AssignmentEntry = {
    holder: record.boot,
    token: 1,
    by: 'start',
    reason: 'x'.repeat(1_000),
    at: 0,
    runs: 0,
  };
  const artifacts = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`task/${i}`, entry]));
  assert.throws(
    () => toObject('orders', 'assignment', { ...newAssignment('test', 5, 0), artifacts }, undefined, 0),
    /the assignment of 1000 artifacts has 11\d{5} bytes and a ConfigMap holds 1048576/,
  );
});

test('a thousand artifacts with usual names and reasons fit', () => {
  const entry: AssignmentEntry = {
    holder: record.boot,
    token: 1_795_000_000_000,
    by: 'failover',
    reason: 'its holder orders-7d9f-x2x4l.07c19f3a07c19f3a was silent for 1200 ms, says orders-7d9f-abcde',
    at: 1_795_000_000_000,
    lastFire: 1_795_000_000_000,
    runs: 1_000_000,
  };
  const artifacts = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, i) => [`task/recurringOrder_Task_${i}`, entry]),
  );
  assert.ok(toObject('orders', 'assignment', { ...newAssignment('test', 5, 0), artifacts }, undefined, 0));
});

test('a version has both its parts, whatever they are', () => {
  assert.deepEqual(partsOf(versionOf({ name: 'x', uid: 'u-1', resourceVersion: '7' })), {
    uid: 'u-1',
    resourceVersion: '7',
  });
  assert.deepEqual(partsOf('older'), { uid: '', resourceVersion: 'older' });
});

test('no name of one deployment is a name of another', () => {
  const names = ['a', 'a-b', 'b'].flatMap((deployment) => [
    objectName(deployment, 'assignment'),
    objectName(deployment, 'member/a.1'),
    objectName(deployment, 'member/b.a.1'),
  ]);
  assert.equal(new Set(names).size, names.length);
});

test('an object that holds no record of ours is none', () => {
  assert.equal(toRecord({ metadata: { name: 'x' } }), undefined);
  assert.equal(toRecord({ metadata: { name: 'x', annotations: { 'gantry.dev/record': 'no JSON' } } }), undefined);
});
