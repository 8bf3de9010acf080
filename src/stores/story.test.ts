/** How the parts of this room fit: messages wait in a store, a processor takes them to an endpoint or a sequence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../errors.ts';
import { tryTerm } from '../engine/try-out.ts';
import { FAILOVER, SAMPLING, scene, stored, type Scene } from './fixtures.ts';
import { failureOf } from './dead-letter.ts';

/** Runs the processor while `during` does; ends its term afterwards. */
async function while_({ singleton }: Scene, during: () => Promise<void>): Promise<void> {
  const term = tryTerm('messageProcessor/test');
  const running = singleton.run(term);
  await during();
  term.lose();
  await running;
}

test('messages leave the store in order, one at each interval, once their endpoint has answered', async () => {
  const it = scene([200], { interval: '1000' });
  for (const id of ['a', 'b', 'c']) await it.store.put(stored(id));
  await while_(it, async () => {
    await it.clock.advance(0);
    assert.equal(await it.store.count(), 2);
    await it.clock.advance(2_000);
    assert.deepEqual(it.endpoint.received, ['{"id":"a"}', '{"id":"b"}', '{"id":"c"}']);
    assert.equal(await it.store.count(), 0);
  });
});

test('an interval below a second is kept; without a throttle there is none between messages', async () => {
  const fine = scene([200], { interval: '100' });
  const hurried = scene([200], { interval: '60000', throttle: 'false' });
  for (const it of [fine, hurried]) {
    for (const id of ['a', 'b', 'c']) await it.store.put(stored(id));
    await while_(it, async () => {
      await it.clock.advance(200);
      assert.equal(it.endpoint.received.length, 3);
    });
  }
});

test('a cron expression says when the store is emptied, and throttle.interval how fast', async () => {
  const it = scene([200], { cronExpression: '0 * * * * ?', 'throttle.interval': '300' });
  for (const id of ['a', 'b', 'c']) await it.store.put(stored(id));
  await while_(it, async () => {
    const toTheMinute = 60_000 - (it.clock.wall() % 60_000);
    await it.clock.advance(toTheMinute - 1);
    assert.equal(it.endpoint.received.length, 0);
    await it.clock.advance(301);
    assert.equal(it.endpoint.received.length, 2);
    await it.clock.advance(1_000);
    assert.equal(await it.store.count(), 0);
  });
});

test('a cron expression without throttle.interval keeps to the interval between two messages', async () => {
  const it = scene([200], { cronExpression: '0 * * * * ?', interval: '500' });
  for (const id of ['a', 'b']) await it.store.put(stored(id));
  await while_(it, async () => {
    await it.clock.advance(60_000 - (it.clock.wall() % 60_000) + 499);
    assert.equal(it.endpoint.received.length, 1);
    await it.clock.advance(1);
    assert.equal(it.endpoint.received.length, 2);
  });
});

test('a failed message stays at the head and is tried again after the retry interval', async () => {
  const it = scene([0, 500, 200], { 'client.retry.interval': '700' });
  await it.store.put(stored('a'));
  await while_(it, async () => {
    await it.clock.advance(699);
    assert.equal(it.endpoint.received.length, 1);
    await it.clock.advance(701);
    assert.equal(it.endpoint.received.length, 3);
    assert.equal(await it.store.count(), 0);
  });
});

test('an undeliverable message deactivates the processor and is kept; switched on, it goes on with it', async () => {
  const it = scene([0, 0, 200], {
    'max.delivery.attempts': '2',
    'client.retry.interval': '100',
    'message.processor.deactivate.sequence': 'Sorry',
  });
  await it.store.put(stored('a'));
  await while_(it, async () => {
    await it.clock.advance(60_000);
    assert.equal(it.endpoint.received.length, 2);
    assert.equal(await it.store.count(), 1);
    assert.match(it.switch.reason ?? '', /2 attempts failed.*CONNECTION_FAILED/);
    assert.deepEqual(it.injected, ['Sorry {"id":"a"}']);
    it.switch.turnOn();
    await it.clock.advance(0);
    assert.equal(await it.store.count(), 0);
  });
});

test('without the fail store a message that is given up waits for it, and is not sent again', async () => {
  const it = scene([500], {
    'max.delivery.attempts': '2',
    'client.retry.interval': '10',
    'message.processor.failMessagesStore': 'Missing',
  });
  await it.store.put(stored('poison'));
  await while_(it, async () => {
    await it.clock.advance(60_000);
    assert.equal(it.endpoint.received.length, 2);
    assert.equal(await it.store.count(), 1);
    assert.match(it.standing() ?? '', /STORE_NOT_FOUND.*Missing.*message.processor.failMessagesStore/);
  });
});

test('a sampling processor whose sequence is missing waits for it, and loses nothing', async () => {
  const it = scene([], { sequence: 'Missing' }, { className: SAMPLING });
  await it.store.put(stored('a'));
  await while_(it, async () => {
    await it.clock.advance(60_000);
    assert.equal(await it.store.count(), 1);
    assert.match(it.standing() ?? '', /SEQUENCE_NOT_FOUND.*Missing/);
    assert.deepEqual(it.noted, []);
  });
});

test('a poison message goes to the fail store with its reason after the set attempts, and blocks nothing', async () => {
  const it = scene([500, 500, 200], {
    interval: '10',
    'max.delivery.attempts': '2',
    'client.retry.interval': '10',
    'message.processor.failMessagesStore': 'Failed',
  });
  for (const id of ['poison', 'b']) await it.store.put(stored(id));
  await while_(it, async () => {
    await it.clock.advance(100);
    assert.equal(await it.store.count(), 0);
    const [aside, ...others] = await it.failed.browse(10);
    assert.equal(others.length, 0);
    assert.equal(aside?.id, 'poison');
    const { store, processor, attempts, reason } = failureOf(aside)!;
    assert.deepEqual([store, processor, attempts], ['Waiting', 'Forwarder', 2]);
    assert.match(reason, /status 500/);
    assert.equal(it.switch.on, true);
    assert.deepEqual(it.noted, ['failed', 'failed', 'set-aside', 'processed']);
  });
});

test('with a circuit, a backend that is away gives up no message, and is tried again by itself', async () => {
  const it = scene([0, 0, 503, 0, 200], {
    interval: '10',
    'max.delivery.attempts': '1',
    'client.retry.interval': '10',
    'message.processor.failMessagesStore': 'Failed',
    'gantry.circuit.failures': '2',
    'gantry.circuit.wait': '1000',
  });
  for (const id of ['a', 'b']) await it.store.put(stored(id));
  await while_(it, async () => {
    await it.clock.advance(20);
    assert.match(it.standing() ?? '', /the backend is away \(2 failures in a row/);
    await it.clock.advance(6_980);
    assert.equal(it.endpoint.received.length, 4);
    await it.clock.advance(100);
    assert.deepEqual(it.endpoint.received.slice(4), ['{"id":"a"}', '{"id":"b"}']);
    assert.equal(it.standing(), 'running');
    assert.equal(await it.failed.count(), 0);
  });
});

test('the reply sequence gets the answer, the fault sequence each failed attempt', async () => {
  const it = scene([500, 200], {
    'client.retry.interval': '10',
    'message.processor.reply.sequence': 'Answered',
    'message.processor.fault.sequence': 'Failed',
  });
  await it.store.put(stored('a'));
  await while_(it, async () => {
    await it.clock.advance(10);
    assert.deepEqual(it.injected, ['Failed {"status":500}', 'Answered {"status":200}']);
  });
});

test('a holder that lost its term neither sends nor removes', async () => {
  const it = scene([200], {});
  const term = tryTerm('messageProcessor/test');
  const running = it.singleton.run(term);
  term.lose();
  await it.store.put(stored('a'));
  await it.clock.advance(5_000);
  await running;
  assert.equal(it.endpoint.received.length, 0);
  assert.equal(await it.store.count(), 1);
});

test('a hand-over lets the message that is on its way finish', async () => {
  const it = scene([200], {});
  await it.store.put(stored('a'));
  const sent = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const send = it.endpoint.send.bind(it.endpoint);
  it.endpoint.send = async (message, context) => {
    sent.resolve();
    await answer.promise;
    return send(message, context);
  };
  const term = tryTerm('messageProcessor/test');
  const running = it.singleton.run(term);
  await sent.promise;
  term.handOver();
  answer.resolve();
  await running;
  assert.equal(await it.store.count(), 0);
});

test('a message on its way while the lease is renewed late is sent once, and costs no attempt', async () => {
  const it = scene([200], { 'max.delivery.attempts': '1', 'max.delivery.drop': 'Enabled' });
  await it.store.put(stored('a'));
  const term = tryTerm('messageProcessor/test');
  const send = it.endpoint.send.bind(it.endpoint);
  it.endpoint.send = async (message, context) => {
    term.doubt();
    return send(message, context);
  };
  const running = it.singleton.run(term);
  await it.clock.advance(200);
  assert.equal(await it.store.count(), 1);
  term.renew();
  await it.clock.advance(2_000);
  assert.deepEqual(it.endpoint.received, ['{"id":"a"}']);
  assert.equal(await it.store.count(), 0);
  term.lose();
  await running;
});

test('a message that could not be removed once it was delivered is removed later, and not sent again', async () => {
  const it = scene([200], { 'store.connection.retry.interval': '500' });
  await it.store.put(stored('a'));
  const remove = it.store.remove.bind(it.store);
  let isAway = true;
  it.store.remove = (id, by) =>
    isAway ? Promise.reject(new Fault('STORE_UNREACHABLE', { text: 'no route' })) : remove(id, by);
  await while_(it, async () => {
    await it.clock.advance(0);
    assert.match(it.standing() ?? '', /STORE_UNREACHABLE no route/);
    isAway = false;
    await it.clock.advance(1_000);
    assert.equal(await it.store.count(), 0);
    assert.equal(it.endpoint.received.length, 1);
    assert.deepEqual(it.noted, ['processed']);
    assert.equal(it.standing(), 'running');
  });
});

test('a store that is not reached in the set attempts deactivates the processor; by default it is waited for', async () => {
  for (const [attempts, isOn] of [
    ['3', false],
    ['-1', true],
  ] as const) {
    const it = scene([200], { 'max.store.connection.attempts': attempts });
    it.store.peek = () => Promise.reject(new Fault('STORE_UNREACHABLE', { text: 'no route' }));
    await while_(it, async () => {
      await it.clock.advance(10_000);
      assert.equal(it.switch.on, isOn);
    });
  }
});

test('a failover processor moves messages to the store they were meant for', async () => {
  const it = scene([], { 'message.target.store.name': 'Failed', interval: '10' }, { className: FAILOVER });
  for (const id of ['a', 'b']) await it.store.put(stored(id));
  await while_(it, async () => {
    await it.clock.advance(100);
    assert.deepEqual(await it.failed.browse(10), [stored('a'), stored('b')]);
    assert.equal(await it.store.count(), 0);
  });
});

test('a sampling processor takes as many as its concurrency at each interval', async () => {
  const it = scene([], { concurrency: '2', sequence: 'Sample', interval: '1000' }, { className: SAMPLING });
  for (const id of ['a', 'b', 'c']) await it.store.put(stored(id));
  await while_(it, async () => {
    await it.clock.advance(0);
    assert.deepEqual(it.injected, ['Sample {"id":"a"}', 'Sample {"id":"b"}']);
    await it.clock.advance(1_000);
    assert.equal(it.injected.length, 3);
  });
});

test('a message is sampled out of the store when its sequence has ended, whatever became of it', async () => {
  const parameters = { sequence: 'Sample', 'message.processor.failMessagesStore': 'Failed' };
  const sequence = async (): Promise<void> => {
    assert.equal(await it.store.count(), 1);
    throw new Fault('CUSTOM');
  };
  const it = scene([], parameters, { className: SAMPLING, sequence });
  await it.store.put(stored('a'));
  await while_(it, async () => {
    await it.clock.advance(0);
    assert.equal(await it.store.count(), 0);
    assert.match(failureOf((await it.failed.peek())!)?.reason ?? '', /CUSTOM/);
    assert.deepEqual(it.noted, ['failed', 'set-aside']);
  });
});

test('a processor that is not active does nothing until it is switched on', async () => {
  const it = scene([200], { 'is.active': 'false' });
  await it.store.put(stored('a'));
  await while_(it, async () => {
    await it.clock.advance(5_000);
    assert.equal(it.endpoint.received.length, 0);
    it.switch.turnOn();
    await it.clock.advance(0);
    assert.equal(it.endpoint.received.length, 1);
  });
});

test('a processor class that Gantry lacks is named, with what runs instead', () => {
  const { problems } = scene([], {}, { className: 'x.Other' });
  assert.equal(problems[0]?.code, 'UNSUPPORTED_PROCESSOR');
  assert.match(problems[0].hint ?? '', /SamplingProcessor/);
});

test('a parameter that is no number is reported, and the default is used', () => {
  const { problems } = scene([200], { interval: 'soon' });
  assert.match(problems[0]!.text, /"interval" takes a whole number.*"soon"/);
});
