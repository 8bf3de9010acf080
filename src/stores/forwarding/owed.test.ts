/** What is delivered from a store in a database is removed while the next ones are on their way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryTerm, type TriedTerm } from '../../engine/try-out.ts';
import { scene, slowStore, stored, type Scene, type SlowStore } from '../fixtures.ts';

const many = Array.from({ length: 100 }, (_, i) => `m${i}`);
const bodies = (ids: readonly string[]): string[] => ids.map((id) => `{"id":"${id}"}`);

interface Played extends Scene {
  readonly store: SlowStore;
  readonly term: TriedTerm;
  readonly running: Promise<void>;
}

/** Runs a processor that waits for nothing between two messages, over so many of them. */
async function play(
  ids: readonly string[],
  during: (it: Played) => Promise<void>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<void> {
  const store = slowStore(ids);
  const it = scene([200], { throttle: 'false', 'store.connection.retry.interval': '100', ...parameters }, { store });
  const term = tryTerm('messageProcessor/test');
  const running = it.singleton.run(term);
  await during({ ...it, store, term, running });
  term.lose();
  store.answer();
  await it.clock.advance(10_000);
  await running;
}

test('all arrive once and in order, and are removed several at a time', () =>
  play(many, async ({ clock, endpoint, store, noted }) => {
    await clock.advance(400);
    assert.deepEqual(endpoint.received, bodies(many));
    assert.equal(await store.count(), 0);
    assert.deepEqual(store.removals.flat(), many);
    assert.ok(store.removals.length <= 20, `${store.removals.length} removals`);
    assert.deepEqual(noted, Array(100).fill('processed'));
  }));

test('while a removal is not answered so many more are sent as may be unremoved, none twice', () =>
  play(
    many,
    async ({ clock, endpoint, store, noted }) => {
      store.silence();
      // Long after what was read ahead is stale.
      await clock.advance(60_000);
      assert.deepEqual(endpoint.received, bodies(many.slice(0, 10)));
      assert.equal(store.removals.length, 1);
      assert.deepEqual(noted, []);
      store.answer();
      await clock.advance(400);
      assert.deepEqual(endpoint.received, bodies(many));
    },
    { 'gantry.unremoved.limit': '10' },
  ));

test('what was sent and is not yet removed is never read again', () =>
  play(many.slice(0, 5), async ({ clock, endpoint, store }) => {
    store.silence();
    // The end of what was read, and long after it is stale.
    await clock.advance(60_000);
    assert.deepEqual(endpoint.received, bodies(many.slice(0, 5)));
    await store.put(stored('late'));
    store.answer();
    await clock.advance(10);
    assert.deepEqual(endpoint.received, bodies([...many.slice(0, 5), 'late']));
  }));

test('when a removal fails nothing more is sent until it has succeeded, and then nothing twice', () =>
  play(many, async ({ clock, endpoint, store, standing }) => {
    store.silence();
    await clock.advance(0);
    store.isAway = true;
    store.answer();
    await clock.advance(0);
    const sent = endpoint.received.length;
    await clock.advance(5_000);
    assert.equal(endpoint.received.length, sent);
    assert.match(standing() ?? '', /STORE_UNREACHABLE no route/);
    store.isAway = false;
    await clock.advance(1_000);
    assert.equal(standing(), 'running');
    assert.deepEqual(endpoint.received, bodies(many));
    assert.equal(await store.count(), 0);
  }));

test('while a message is tried again and again, what was sent before it leaves a store that was away', () =>
  play(
    many.slice(0, 3),
    async ({ clock, endpoint, store, term, running }) => {
      const send = endpoint.send.bind(endpoint);
      endpoint.send = async (message, context) => {
        const answer = await send(message, context);
        if (endpoint.received.length > 2) answer!.axis2.set('HTTP_SC', 500);
        return answer;
      };
      store.isAway = true;
      await clock.advance(20);
      store.isAway = false;
      await clock.advance(2_000);
      assert.deepEqual(await store.browse(9), [stored('m2')]);
      assert.deepEqual(endpoint.received.slice(0, 4), bodies(['m0', 'm1', 'm2', 'm2']));
      term.lose();
      await running;
    },
    { 'max.delivery.attempts': '-1', 'client.retry.interval': '1000' },
  ));

test('what nothing joins is removed a little later, while the backend is slow with the next one', () =>
  play(['a', 'b'], async ({ clock, endpoint, store }) => {
    const slow = Promise.withResolvers<void>();
    const send = endpoint.send.bind(endpoint);
    endpoint.send = async (message, context) => {
      if (endpoint.received.length === 1) await slow.promise;
      return send(message, context);
    };
    await clock.advance(10);
    assert.deepEqual(store.removals, [['a']]);
    slow.resolve();
    await clock.advance(10);
    assert.equal(await store.count(), 0);
  }));

test('switched off, what was sent leaves the store though it is away at first; the rest stays', () =>
  play(many, async ({ clock, endpoint, store, switch: own }) => {
    store.silence();
    await clock.advance(0);
    own.turnOff('paused');
    store.isAway = true;
    store.answer();
    await clock.advance(1_000);
    assert.equal(await store.count(), 100);
    store.isAway = false;
    await clock.advance(1_000);
    assert.equal(await store.count(), 100 - endpoint.received.length);
    assert.ok(endpoint.received.length < 20);
    own.turnOn();
    await clock.advance(1_000);
    assert.deepEqual(endpoint.received, bodies(many));
  }));

test('handed over, all that was sent is removed before the next holder begins', () =>
  play(many, async ({ clock, endpoint, store, term, running }) => {
    store.silence();
    await clock.advance(0);
    term.handOver();
    store.answer();
    await running;
    assert.equal(await store.count(), 100 - endpoint.received.length);
    assert.ok(endpoint.received.length > 1);
  }));

test('handed over while the store is away, it is asked a few times and then left to the next holder', () =>
  play(many, async ({ clock, store, term, running }) => {
    store.silence();
    await clock.advance(0);
    term.handOver();
    store.isAway = true;
    store.answer();
    await clock.advance(1_000);
    await running;
    assert.ok(store.removals.length > 3 && store.removals.length < 6, `${store.removals.length} removals`);
    assert.equal(await store.count(), 100);
  }));

test('a term that is lost removes nothing more', () =>
  play(many, async ({ clock, store, term, running }) => {
    store.silence();
    await clock.advance(0);
    term.lose();
    store.answer();
    await clock.advance(1_000);
    await running;
    assert.equal(store.removals.length, 1);
  }));

test('with a limit of 1, and with a throttle, each is removed before the next one is sent', async () => {
  const one = async ({ clock, endpoint, store }: Played): Promise<void> => {
    store.silence();
    await clock.advance(60_000);
    assert.equal(endpoint.received.length, 1);
  };
  await play(many, one, { 'gantry.unremoved.limit': '1' });
  await play(many, one, { throttle: 'true', interval: '10' });
});

test('a message that is given up is not in two stores for longer than one removal takes', () =>
  play(
    ['bad', 'b'],
    async ({ clock, endpoint, store, failed, noted }) => {
      const send = endpoint.send.bind(endpoint);
      endpoint.send = async (message, context) => {
        const answer = await send(message, context);
        if (endpoint.received.length === 1) answer!.axis2.set('HTTP_SC', 500);
        return answer;
      };
      store.silence();
      await clock.advance(1_000);
      assert.equal(endpoint.received.length, 1);
      assert.equal(await failed.count(), 1);
      store.answer();
      await clock.advance(10);
      assert.deepEqual(noted, ['failed', 'set-aside', 'processed']);
    },
    { 'max.delivery.attempts': '1', 'message.processor.failMessagesStore': 'Failed' },
  ));
