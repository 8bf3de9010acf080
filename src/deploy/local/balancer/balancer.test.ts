import assert from 'node:assert/strict';
import { Agent, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { ask, balancerOf, named, replica } from './fixtures.ts';

test('equal replicas get equal shares, one request at a time or many', async () => {
  const balancer = await balancerOf([
    (await replica(named('a'))).origin,
    (await replica(named('b'))).origin,
    (await replica(named('c'))).origin,
  ]);
  for (let i = 0; i < 30; i++) await ask(balancer);
  assert.deepEqual(
    balancer.targets().map((target) => target.taken),
    [10, 10, 10],
  );
  await Promise.all(Array.from({ length: 270 }, () => ask(balancer)));
  for (const { taken } of balancer.targets()) assert.ok(Math.abs(taken - 100) <= 10, `${taken} of 300`);
});

test('a replica that refuses connections is out of the rotation at once and costs no request', async () => {
  const gone = await replica(named('gone'));
  const balancer = await balancerOf([gone.origin, (await replica(named('sound'))).origin]);
  await new Promise((resolve) => gone.server.close(resolve));
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(balancer, { method: 'POST', body: 'x' })));
  assert.ok(answers.every((answer) => answer.body === 'sound'));
  assert.equal(balancer.targets()[0]?.state, 'quiet');
  balancer.sign('pod-1');
  assert.equal(balancer.targets()[0]?.state, 'ready', 'a sign of life brings it back');
});

test('requests wait while no replica is ready, and go to the first that is', async () => {
  const balancer = await balancerOf([]);
  const { origin } = await replica((request, response) => void request.pipe(response));
  const waiting = [ask(balancer), ask(balancer, { method: 'POST', body: 'kept' })];
  while (balancer.traffic().waiting < 2) await new Promise(setImmediate);
  balancer.add({ name: 'pod-1', origin });
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status, body }) => `${status} ${body}`),
    ['200 ', '200 kept'],
  );
});

test('a request waits no longer than its patience and then gets 503 with Retry-After', async () => {
  const clock = new VirtualClock();
  const balancer = await balancerOf([], { clock, patienceMs: 5_000, seats: 1 });
  const waiting = ask(balancer);
  while (balancer.traffic().waiting < 1) await new Promise(setImmediate);
  const full = await ask(balancer);
  assert.equal(full.status, 503, 'no seat is left');
  await clock.advance(4_999);
  assert.equal(balancer.traffic().waiting, 1);
  await clock.advance(1);
  const answer = await waiting;
  assert.equal(answer.status, 503);
  assert.equal(answer.headers['retry-after'], '1');
  assert.match(answer.body, /^NO_REPLICA_READY/);
  assert.equal(balancer.traffic().failed, 2);
});

test('a draining replica finishes what it has and gets nothing new', async () => {
  const held: (() => void)[] = [];
  const draining = await replica((_request, response) => void held.push(() => response.end('old')));
  const balancer = await balancerOf([draining.origin]);
  const inFlight = ask(balancer);
  while (held.length === 0) await new Promise(setImmediate);
  let drained = false;
  const drain = balancer.drain('pod-1', 60_000).then(() => (drained = true));
  balancer.add({ name: 'pod-2', origin: (await replica(named('new'))).origin });
  for (let i = 0; i < 5; i++) assert.equal((await ask(balancer)).body, 'new');
  assert.equal(drained, false);
  held[0]?.();
  assert.equal((await inFlight).body, 'old');
  await drain;
  assert.deepEqual(
    balancer.targets().map((target) => target.name),
    ['pod-2'],
  );
});

test('a silent replica is left by what may be repeated, and comes back with its first sign of life', async () => {
  const stuck: IncomingMessage[] = [];
  // The health port of a stopped process takes connections and never answers.
  const mute = await replica(() => {});
  const silent = await replica((request) => void stuck.push(request));
  const sound = await replica(named('sound'));
  const quiet = Promise.withResolvers<string>();
  const balancer = await balancerOf([], { onQuiet: (name, is) => is && quiet.resolve(name) });
  balancer.add({ name: 'pod-1', origin: silent.origin, health: mute.origin });
  const get = ask(balancer);
  const post = ask(balancer, { method: 'POST', body: 'order' });
  while (stuck.length < 2) await new Promise(setImmediate);
  balancer.add({ name: 'pod-2', origin: sound.origin, health: sound.origin });
  assert.equal(await quiet.promise, 'pod-1');
  assert.equal((await get).body, 'sound');
  assert.equal((await ask(balancer)).body, 'sound');
  assert.equal(balancer.targets()[0]?.inFlight, 1, 'the POST stays: it may be answered yet');
  balancer.sign('pod-1');
  assert.equal(balancer.targets()[0]?.state, 'ready');
  balancer.lost('pod-1');
  assert.equal((await post).status, 502);
});

test('a replica that is only slow is asked, answers, and stays', async () => {
  let release: () => void = () => {};
  const asked = Promise.withResolvers<void>();
  const slow = await replica((_request, response) => {
    release = () => response.end('slow');
  });
  const health = await replica((_request, response) => {
    response.end();
    asked.resolve();
  });
  const balancer = await balancerOf([]);
  balancer.add({ name: 'pod-1', origin: slow.origin, health: health.origin });
  const answer = ask(balancer);
  await asked.promise;
  assert.equal(balancer.targets()[0]?.state, 'ready');
  release();
  assert.equal((await answer).body, 'slow');
});

test('closing finishes what is in hand and takes nothing new', async () => {
  const held: (() => void)[] = [];
  const { origin } = await replica((_request, response) => void held.push(() => response.end('done')));
  const balancer = await balancerOf([origin]);
  const agent = new Agent({ keepAlive: true });
  const inFlight = ask(balancer, { agent });
  while (held.length === 0) await new Promise(setImmediate);
  const closed = balancer.close();
  await assert.rejects(ask(balancer), { code: 'ECONNREFUSED' });
  held[0]?.();
  const answer = await inFlight;
  assert.equal(answer.body, 'done');
  assert.equal(answer.headers.connection, 'close');
  await closed;
  agent.destroy();
});
