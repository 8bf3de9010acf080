/** The RabbitMQ inbound endpoint against a real broker: RABBITMQ_URL names it, and a user who may make queues. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import amqplib, { type ChannelModel } from 'amqplib';
import { createRabbitmqSender } from '../../../src/transports/rabbitmq/sender.ts';
import { rabbitmq } from '../../../src/transports/rabbitmq/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { inboundClaims, type InboundFeatures, type InboundUnderTest } from '../../conformance/inbound.ts';
import { sendTexts, service, untouchable } from './brokers.ts';
import { queueClaims } from './queue-claims.ts';

const server = process.env['RABBITMQ_URL'];

describe('rabbitmq', { skip: server === undefined && 'RABBITMQ_URL names no server' }, () => {
  const { hostname, port, username, password } = new URL(server ?? 'amqp://nobody');
  const login = {
    'rabbitmq.server.host.name': hostname,
    'rabbitmq.server.port': port,
    'rabbitmq.server.user.name': username,
    'rabbitmq.server.password': password,
  };
  const sender = createRabbitmqSender();
  const queues: string[] = [];
  let made = 0;

  const admin = async <T>(work: (model: ChannelModel) => Promise<T>): Promise<T> => {
    const model = await amqplib.connect(server!);
    model.on('error', () => {});
    try {
      return await work(model);
    } finally {
      await model.close().catch(() => {});
    }
  };
  const newQueue = async (queue = `gantry-${process.pid}-${++made}`, options?: object): Promise<string> => {
    queues.push(queue);
    await admin(async (model) => (await model.createChannel()).assertQueue(queue, { arguments: options }));
    return queue;
  };
  const send = (queue: string, texts: readonly string[]): Promise<void> =>
    sendTexts(
      sender,
      new URL(`rabbitmq:/?${new URLSearchParams({ ...login, 'rabbitmq.queue.name': queue }).toString()}`),
      texts,
    );
  /** Bodies in a queue, once there are so many. */
  const bodiesOf = (queue: string, count: number): Promise<readonly string[]> =>
    admin(async (model) => {
      const channel = await model.createChannel();
      const { promise, resolve } = Promise.withResolvers<void>();
      const texts: string[] = [];
      const take = (item: { readonly content: Buffer } | null): void => {
        if (item && texts.push(item.content.toString()) >= count) resolve();
      };
      await channel.consume(queue, take, { noAck: true });
      await promise;
      return texts;
    });

  /** A queue whose rejected messages go to another one. */
  const open = async (change: Readonly<Record<string, string>> = {}): Promise<InboundUnderTest> => {
    const dead = await newQueue();
    const queue = `${dead}-in`;
    queues.push(queue);
    const parameters = {
      ...login,
      'rabbitmq.queue.name': queue,
      'rabbitmq.queue.optional.x-dead-letter-exchange': '',
      'rabbitmq.queue.optional.x-dead-letter-routing-key': dead,
      'rabbitmq.message.requeue.delay': '10',
      'rabbitmq.connection.retry.interval': '500',
      ...change,
    };
    return {
      kind: rabbitmq,
      parameters,
      send: (texts) => send(queue, texts),
      failed: (count) => bodiesOf(dead, count),
      server: { stop: () => service('kill', 'rabbitmq'), start: () => service('up', 'rabbitmq') },
    };
  };

  before(() => admin(async () => {}));
  after(async () => {
    await sender.close();
    await admin(async (model) => {
      const channel = await model.createChannel();
      for (const queue of queues) await channel.deleteQueue(queue);
    });
  });

  const features: InboundFeatures = {
    ordered: true,
    rollback: 'goes where failed ones go',
    unacknowledged: 'comes again',
    inHand: 1,
    shared: true,
    keeps: true,
    serverStays: untouchable,
  };
  inboundClaims('rabbitmq', features, () => open());
  inboundClaims(
    'rabbitmq, quorum queue with one active consumer',
    { ...features, serverStays: 'seen above', shared: 'one is active' },
    () =>
      open({
        'rabbitmq.queue.optional.x-queue-type': 'quorum',
        'rabbitmq.queue.optional.x-single-active-consumer': 'true',
      }),
  );

  queueClaims({ open, login: { user: 'rabbitmq.server.user.name', password: 'rabbitmq.server.password' } });

  test('a message that was dead-lettered too often goes to the error queue, and holds up no other', async (t) => {
    const errors = await newQueue();
    const under = await open({
      'rabbitmq.message.max.dead.lettered.count': '2',
      'rabbitmq.message.error.queue.routing.key': errors,
      'rabbitmq.queue.optional.x-dead-letter-routing-key': `${errors}-later`,
    });
    // Dead letters wait there for a while and go back to the queue they left.
    await newQueue(`${errors}-later`, {
      'x-message-ttl': 20,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': under.parameters['rabbitmq.queue.name']!,
    });
    const consuming = await Consuming.start(t, under);
    await under.send(['bad', 'good']);
    let failures = 0;
    // It fails, is dead-lettered and fails again until the count is above 2; the other message comes in between.
    for (let seen = 0; seen < 5; seen++) {
      const { text, finish } = await consuming.next();
      if (text === 'bad') failures++;
      finish(text === 'bad' ? 'rollback' : 'done');
    }
    assert.equal(failures, 4);
    assert.deepEqual(await bodiesOf(errors, 1), ['bad']);
  });

  test('a throttled consumer takes as many as it may, and does not hold up who comes after it', async (t) => {
    const under = await open({
      'rabbitmq.proxy.throttle.enabled': 'true',
      'rabbitmq.proxy.throttle.mode': 'batch',
      'rabbitmq.proxy.throttle.timeUnit': 'hour',
      'rabbitmq.proxy.throttle.count': '3',
    });
    await under.send(['1', '2', '3', '4', '5']);
    const consuming = await Consuming.start(t, under);
    assert.deepEqual(await consuming.takeAll(3), ['1', '2', '3']);
    await consuming.handOver();
    assert.equal(consuming.taken, 3);
    // Its hour is its own.
    assert.deepEqual(await (await Consuming.start(t, under)).takeAll(2), ['4', '5']);
  });

  test('an exclusive consumer keeps a second one away until it is gone', async (t) => {
    const under = await open();
    const first = await Consuming.start(t, under);
    const second = await Consuming.start(t, under, { connected: false });
    assert.match(await second.untilWaiting(), /another consumer holds the queue/);
    await first.handOver();
    await second.untilRunning();
  });

  test('a queue that is missing and may not be made is told with its parameter', async (t) => {
    const under = await open({ 'rabbitmq.queue.autodeclare': 'false', 'rabbitmq.queue.name': 'gantry-missing' });
    const consuming = await Consuming.start(t, under, { connected: false });
    assert.match(await consuming.untilWaiting(), /there is no queue gantry-missing.*rabbitmq\.queue\.autodeclare/);
  });
});
