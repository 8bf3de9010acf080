import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { createLogger } from '../../../log.ts';
import type { CoordinationEvent } from '../../events.ts';
import { ApiClient } from './client.ts';
import { FakeApi } from './fixtures/fake-api.ts';
import type { KubernetesObject } from './objects.ts';
import { heardAgain, silenced, SilentPods, type Condition, type PodStatus } from './silent-pods.ts';

const minute = 60_000;
const ready: Condition = { type: 'Ready', status: 'True' };
const other: Condition = { type: 'PodScheduled', status: 'True' };

/** Of a pod whose container has run since 1970. */
const status = (...conditions: Condition[]): PodStatus => ({
  conditions,
  containerStatuses: [{ state: { running: { startedAt: '1970-01-01T00:00:00Z' } } }],
});

test('a silent pod is not ready, and the rest of its status stays', () => {
  const changed = silenced(status(other, ready), minute, 'silent for 1200 ms');
  assert.deepEqual(changed, {
    ...status(),
    conditions: [
      other,
      {
        type: 'Ready',
        lastTransitionTime: '1970-01-01T00:01:00Z',
        status: 'False',
        reason: 'GantrySilent',
        message: 'silent for 1200 ms',
      },
    ],
  });
});

test('a pod that is not ready anyway is left alone', () => {
  assert.equal(silenced(status({ ...ready, status: 'False' }), minute, 'silent'), undefined);
  assert.equal(silenced(status(other), minute, 'silent'), undefined);
});

test('a container that has just started is another process than the silent one', () => {
  assert.equal(silenced(status(ready), 4_999, 'silent'), undefined);
  assert.notEqual(silenced(status(ready), 5_000, 'silent'), undefined);
});

test('a pod that comes back is ready again, unless somebody else has made it unready', () => {
  const silent = silenced(status(ready), minute, 'silent')!;
  assert.deepEqual(heardAgain(silent, minute)!.conditions, [{ ...ready, lastTransitionTime: '1970-01-01T00:01:00Z' }]);
  assert.equal(heardAgain(status({ ...ready, status: 'False', reason: 'ContainersNotReady' }), minute), undefined);
  assert.equal(heardAgain(status(ready), minute), undefined);
});

const event = (change: Partial<CoordinationEvent>): CoordinationEvent => ({
  type: 'revoked',
  time: 0,
  pod: 'orders-1',
  boot: 'orders-1.07c1',
  reason: 'silent for 1200 ms',
  ...change,
});

async function scene() {
  const api = await FakeApi.start();
  const clock = new VirtualClock(0, minute);
  const lines: string[] = [];
  const log = createLogger({ write: (line) => void lines.push(line) });
  const sink = new SilentPods({ client: new ApiClient(api.access(), clock), clock, log });
  const put = (name: string): void =>
    void api.put('pods', { metadata: { name }, status: status(ready) } as unknown as KubernetesObject);
  const readyOf = (name: string): string | undefined =>
    (api.stored('pods') as unknown as { metadata: { name: string }; status: PodStatus }[]).find(
      ({ metadata }) => metadata.name === name,
    )?.status.conditions?.[0]?.status;
  return { api, sink, put, readyOf, lines, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

test('whoever revokes the lease of another takes its pod out; who rejoins takes that back', async () => {
  await using stage = await scene();
  stage.put('orders-1');
  stage.put('orders-2');
  const taken = stage.api.next('STORED pods');
  stage.sink.take(event({ target: 'orders-2.9f3a' }));
  await taken;
  assert.equal(stage.readyOf('orders-2'), 'False');
  assert.equal(stage.readyOf('orders-1'), 'True');
  const back = stage.api.next('STORED pods');
  stage.sink.take(event({ type: 'rejoined', pod: 'orders-2' }));
  await back;
  assert.equal(stage.readyOf('orders-2'), 'True');
  await stage.sink[Symbol.asyncDispose]();
});

/** Resolves when everything that was taken before has been dealt with. */
async function lastOne(stage: Awaited<ReturnType<typeof scene>>): Promise<void> {
  stage.put('orders-9');
  const taken = stage.api.next('STORED pods');
  stage.sink.take(event({ target: 'orders-9.1' }));
  await taken;
  await stage.sink[Symbol.asyncDispose]();
}

test('a pod that is gone is nothing to speak of', async () => {
  await using stage = await scene();
  stage.sink.take(event({ target: 'orders-3.9f3a' }));
  await lastOne(stage);
  assert.deepEqual(stage.lines, []);
});

test('a missing right is said, with the rule that would give it', async () => {
  await using stage = await scene();
  stage.put('orders-2');
  stage.api.refuse({ status: 403, reason: 'Forbidden' });
  stage.sink.take(event({ target: 'orders-2.9f3a' }));
  await lastOne(stage);
  assert.match(
    stage.lines.join(''),
    /READINESS_NOT_TOLD of orders-2: .*resources: \["pods\/status"\], verbs: \["get"\]/,
  );
  assert.equal(stage.readyOf('orders-2'), 'True');
});
