import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { createLogger } from '../../../log.ts';
import type { CoordinationEvent } from '../../events.ts';
import { ApiClient } from './client.ts';
import { KubernetesEvents } from './events.ts';
import { FakeApi } from './fixtures/fake-api.ts';

const event = (change: Partial<CoordinationEvent> = {}): CoordinationEvent => ({
  type: 'acquired',
  time: 0,
  pod: 'orders-1',
  boot: 'orders-1.07c1',
  reason: 'its holder was silent for 1200 ms',
  ...change,
});

async function scene(pod?: { name: string; uid: string }) {
  const api = await FakeApi.start();
  const clock = new VirtualClock();
  const client = new ApiClient(api.access(), clock);
  const lines: string[] = [];
  const log = createLogger({ write: (line) => void lines.push(line) });
  const sink = new KubernetesEvents({ client, deployment: 'orders', pod, clock, log });
  return {
    api,
    clock,
    sink,
    lines,
    /** Events the API server has once it has that many, in the order in which they came. */
    async stored(count: number): Promise<Record<string, unknown>[]> {
      while (api.stored('events').length < count) await api.next('STORED events');
      return api.stored('events') as unknown as Record<string, unknown>[];
    },
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      client.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

test('an event tells of the pod, the artifact, the token and why', async () => {
  await using stage = await scene({ name: 'orders-1', uid: 'pod-uid' });
  stage.sink.take(event({ artifact: 'task/nightly', token: 1042 }));
  const [found] = await stage.stored(1);
  assert.equal(found!['note'], 'task/nightly, token 1042: its holder was silent for 1200 ms');
  assert.deepEqual(found!['regarding'], {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: 'orders-1',
    uid: 'pod-uid',
  });
  assert.equal(found!['reason'], 'Acquired');
  assert.equal(found!['type'], 'Normal');
  assert.equal(found!['eventTime'], '1970-01-01T00:00:00.000000Z');
});

test('the revocation of another is told of the assignment, as a warning', async () => {
  await using stage = await scene({ name: 'orders-1', uid: 'pod-uid' });
  stage.sink.take(event({ type: 'revoked', target: 'orders-2.9f3a' }));
  const [found] = await stage.stored(1);
  assert.deepEqual(found!['regarding'], {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'shop',
    name: 'gantry.orders',
  });
  assert.equal(found!['type'], 'Warning');
});

test('what nobody needs to know is not told', async () => {
  await using stage = await scene();
  stage.sink.take(event({ type: 'reachable' }));
  stage.sink.take(event({ type: 'lost' }));
  const [found] = await stage.stored(1);
  assert.equal(found!['reason'], 'Lost');
});

test('after a burst there is one each two seconds, and what was dropped is counted', async () => {
  await using stage = await scene();
  for (let i = 0; i < 100; i++) stage.sink.take(event({ reason: `event ${i}` }));
  const first = await stage.stored(20);
  assert.equal(first.length, 20);
  await stage.clock.advance(1_999);
  assert.equal(stage.api.asked.length, 20);
  await stage.clock.advance(1);
  assert.equal((await stage.stored(21)).length, 21);
  const notes = (await stage.stored(21)).map(({ note }) => String(note));
  assert.ok(notes.some((note) => /event \d+ \(\d+ events before this one were not told\)/.test(note)));
});

test('an API server that refuses is only logged, and the next event is told', async () => {
  await using stage = await scene();
  stage.api.refuse({ status: 403, reason: 'Forbidden' });
  stage.sink.take(event());
  stage.sink.take(event({ reason: 'the second' }));
  const [found] = await stage.stored(1);
  assert.equal(found!['note'], 'the second');
  assert.match(stage.lines.join(''), /EVENT_NOT_TOLD cannot create events .*verbs: \["create"\]/);
});

test('a note is cut to what an event may hold', async () => {
  await using stage = await scene();
  stage.sink.take(event({ reason: 'ü'.repeat(2_000) }));
  const [found] = await stage.stored(1);
  assert.ok(Buffer.byteLength(String(found!['note'])) <= 1_024);
});

test('closing drops what waits', async () => {
  await using stage = await scene();
  const thaw = stage.api.freeze();
  stage.sink.take(event());
  await stage.api.next('POST events');
  await stage.sink[Symbol.asyncDispose]();
  stage.sink.take(event());
  thaw();
  assert.deepEqual(stage.api.stored('events'), []);
});
