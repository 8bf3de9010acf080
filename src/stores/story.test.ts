/** How the parts of this room fit: messages wait in a store, a processor takes them to an endpoint or a sequence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import type { Dispatcher } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import { silentLogger } from '../log.ts';
import { emptyEnvironment } from '../message/environment.ts';
import { createProcessor, type ProcessorParts } from './processors.ts';
import { createStore } from './stores.ts';
import { libraryWith, openTerm, scriptedEndpoint, stored } from './fixtures.ts';
import { memoryStore } from './memory/store.ts';

const nowhere = { file: 'test.xml', line: 1, column: 1 };
const FORWARDING = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';
const SAMPLING = 'org.apache.synapse.message.processor.impl.sampler.SamplingProcessor';

function setUp(script: readonly number[], parameters: Record<string, string>, className: string = FORWARDING) {
  const clock = new VirtualClock();
  const store = memoryStore('Waiting');
  const endpoint = scriptedEndpoint(script);
  const injected: string[] = [];
  const dispatcher: Dispatcher = {
    inject: async (sequence, message) => {
      await message.body.load();
      injected.push(`${sequence} ${message.body.text()}`);
    },
    injectProxy: async () => {},
  };
  const parts: ProcessorParts = {
    stores: new Map([['Waiting', store]]),
    library: () => libraryWith(endpoint),
    dispatcher,
    environment: emptyEnvironment,
    clock,
    log: silentLogger,
  };
  const config = {
    name: 'Forwarder',
    className,
    messageStore: 'Waiting',
    targetEndpoint: 'Backend',
    parameters: new Map(Object.entries(parameters)),
  };
  const { singleton, problems } = createProcessor(config, nowhere, parts);
  return { clock, store, endpoint, injected, singleton: singleton!, problems };
}

test('messages leave the store in order, one at each interval, once their endpoint has answered', async () => {
  const { clock, store, endpoint, singleton } = setUp([200], { interval: '1000' });
  for (const id of ['a', 'b', 'c']) await store.put(stored(id));
  const term = openTerm();
  const running = singleton.run(term);
  await clock.advance(0);
  assert.equal(await store.count(), 2);
  await clock.advance(2_000);
  assert.deepEqual(endpoint.received, ['{"id":"a"}', '{"id":"b"}', '{"id":"c"}']);
  assert.equal(await store.count(), 0);
  term.end();
  await running;
});

test('a failed message stays at the head and is tried again after the retry interval', async () => {
  const { clock, store, endpoint, singleton } = setUp([0, 500, 200], { 'client.retry.interval': '700' });
  await store.put(stored('a'));
  const term = openTerm();
  const running = singleton.run(term);
  await clock.advance(699);
  assert.equal(endpoint.received.length, 1);
  await clock.advance(701);
  assert.equal(endpoint.received.length, 3);
  assert.equal(await store.count(), 0);
  term.end();
  await running;
});

test('an undeliverable message deactivates the processor and is kept', async () => {
  const { clock, store, endpoint, singleton } = setUp([0], {
    'max.delivery.attempts': '2',
    'client.retry.interval': '100',
  });
  await store.put(stored('a'));
  const term = openTerm();
  const running = singleton.run(term);
  await clock.advance(60_000);
  assert.equal(endpoint.received.length, 2);
  assert.equal(await store.count(), 1);
  term.end();
  await running;
});

test('the reply sequence gets the answer', async () => {
  const { clock, store, injected, singleton } = setUp([200], { 'message.processor.reply.sequence': 'Answered' });
  await store.put(stored('a'));
  const term = openTerm();
  const running = singleton.run(term);
  await clock.advance(0);
  assert.deepEqual(injected, ['Answered {"status":200}']);
  term.end();
  await running;
});

test('a holder that lost its term neither sends nor removes', async () => {
  const { clock, store, endpoint, singleton } = setUp([200], {});
  const term = openTerm();
  const running = singleton.run(term);
  term.end();
  await store.put(stored('a'));
  await clock.advance(5_000);
  await running;
  assert.equal(endpoint.received.length, 0);
  assert.equal(await store.count(), 1);
});

test('a sampling processor takes as many as its concurrency at each interval', async () => {
  const { clock, store, injected, singleton } = setUp(
    [],
    { concurrency: '2', sequence: 'Sample', interval: '1000' },
    SAMPLING,
  );
  for (const id of ['a', 'b', 'c']) await store.put(stored(id));
  const term = openTerm();
  const running = singleton.run(term);
  await clock.advance(0);
  assert.deepEqual(injected, ['Sample {"id":"a"}', 'Sample {"id":"b"}']);
  await clock.advance(1_000);
  assert.equal(injected.length, 3);
  term.end();
  await running;
});

test('a store refuses what its bound does not allow and a token lower than the highest it has seen', async () => {
  const store = memoryStore('Small', 1);
  await store.put(stored('a'), 7);
  await assert.rejects(store.put(stored('b')), (error) => Fault.is(error) && error.code === 'STORE_FULL');
  await assert.rejects(store.remove('a', 6), (error) => Fault.is(error) && error.code === 'STORE_REFUSED');
  assert.equal(await store.remove('a', 7), true);
  assert.equal(await store.remove('a', 7), false);
});

test('a store or processor class that Gantry lacks is named, with what runs instead', () => {
  const { store, problems } = createStore({ name: 'J', className: 'x.JmsStore', parameters: new Map() }, nowhere);
  assert.equal(store, undefined);
  assert.equal(problems[0]?.code, 'UNSUPPORTED_STORE');
  assert.equal(setUp([], {}, 'x.Other').problems[0]?.code, 'UNSUPPORTED_PROCESSOR');
});

test('a parameter that is no number is reported, and the default is used', () => {
  const { problems } = setUp([200], { interval: 'soon' });
  assert.match(problems[0]!.text, /"interval" takes a whole number.*"soon"/);
});
