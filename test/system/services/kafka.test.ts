/** The Kafka inbound endpoint against a real broker: KAFKA_BROKERS names it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { Admin, Consumer, Producer, type Message as Arriving } from '@platformatic/kafka';
import { kafka } from '../../../src/transports/kafka/spec.ts';
import { createKafkaSender } from '../../../src/transports/kafka/sender.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { inboundClaims } from '../../conformance/inbound.ts';
import { senderConformance } from '../../conformance/sender.ts';
import { Body } from '../../../src/message/body.ts';
import { Headers } from '../../../src/message/headers.ts';
import { Message } from '../../../src/message/message.ts';

const servers = process.env['KAFKA_BROKERS'];
const command = process.env['SERVICES_COMMAND'];
const absent = servers === undefined && 'KAFKA_BROKERS names no broker';
const run = promisify(execFile);
const service = async (what: string): Promise<void> => {
  await run(command!, [what, 'kafka']);
};

describe('kafka', { skip: absent }, () => {
  const options = { clientId: 'gantry-test', bootstrapBrokers: (servers ?? '').split(',') };
  let [admin, producer]: [Admin, Producer] = [undefined!, undefined!];
  let made = 0;
  const topics: string[] = [];
  const newTopic = async (partitions: number): Promise<string> => {
    const topic = `gantry-${process.pid}-${++made}`;
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    topics.push(topic);
    return topic;
  };
  const open = (): void => {
    admin = new Admin(options);
    producer = new Producer({ ...options, retries: 20, retryDelay: 250 });
    for (const client of [admin, producer]) client.on('error', () => {});
  };
  before(open);
  after(async () => {
    await admin.deleteTopics({ topics });
    await Promise.all([admin.close(), producer.close()]);
  });

  const send = async (topic: string, texts: readonly string[], partition?: number): Promise<void> => {
    const messages = texts.map((text) => ({
      topic,
      value: Buffer.from(text),
      ...(partition === undefined ? {} : { partition }),
    }));
    await producer.send({ messages, acks: -1 });
  };

  /** Bodies in a topic, once there are so many. */
  const bodiesOf = async (topic: string, count: number): Promise<readonly string[]> => {
    const consumer = new Consumer({ ...options, groupId: `reader-${topic}` });
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
    const texts: string[] = [];
    for await (const { value } of stream) if (texts.push(value.toString()) >= count) break;
    await consumer.close(true);
    return texts;
  };

  inboundClaims(
    'kafka',
    {
      ordered: true,
      rollback: 'goes where failed ones go',
      unacknowledged: 'comes again',
      inHand: 1,
      shared: true,
      keeps: true,
      serverStays: command === undefined && 'SERVICES_COMMAND names nothing that kills brokers',
    },
    async () => {
      const [topic, deadLetters] = [await newTopic(1), await newTopic(1)];
      return {
        kind: kafka,
        parameters: {
          'bootstrap.servers': servers!,
          'topic.name': topic,
          'group.id': topic,
          'auto.offset.reset': 'earliest',
          'failure.retry.interval': '10',
          'kafka.dlq.topic': deadLetters,
        },
        send: (texts) => send(topic, texts),
        failed: (count) => bodiesOf(deadLetters, count),
        server: { stop: () => service('kill'), start: () => service('up') },
      };
    },
  );

  const consuming = (t: TestContext, parameters: Record<string, string>, shared = false): Promise<Consuming> =>
    Consuming.start(
      t,
      {
        kind: kafka,
        parameters: { 'bootstrap.servers': servers!, 'auto.offset.reset': 'earliest', ...parameters },
        send: async () => {},
      },
      { connected: false, shared },
    );

  test('a topic that is not there is waited for, and named', async (t) => {
    const topic = `gantry-${process.pid}-later`;
    const waiting = await consuming(t, { 'topic.name': topic, 'group.id': topic });
    assert.match(await waiting.untilWaiting(), new RegExp(`there is no topic ${topic} \\(topic.name\\)`));
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    topics.push(topic);
    await waiting.untilRunning();
    await send(topic, ['hello']);
    assert.equal((await waiting.next()).text, 'hello');
  });

  test('a group that has members is not consumed alone', async (t) => {
    const topic = await newTopic(1);
    const member = await consuming(t, { 'topic.name': topic, 'group.id': topic }, true);
    member.onEach(() => {});
    await member.untilRunning();
    const alone = await consuming(t, { 'topic.name': topic, 'group.id': topic });
    await alone.untilRunning();
    await send(topic, ['one']);
    (await alone.next()).finish('done');
    assert.match(await alone.untilWaiting(), /has members, who take a part of the messages/);
  });

  test('all topics that match a pattern are consumed, and a batch of them is one message', async (t) => {
    const [first, second] = [await newTopic(1), await newTopic(1)];
    const both = await consuming(t, {
      'topic.pattern': `${first}|${second}`,
      'group.id': first,
      'batch.processing.enabled': 'true',
    });
    await both.untilRunning();
    await send(first, ['1', '2']);
    const batch = await both.next();
    assert.deepEqual([batch.text, batch.message.properties.get('topic')], ['[1,2]', first]);
    batch.finish('done');
    await send(second, ['3']);
    assert.equal((await both.next()).text, '[3]');
  });

  test('an address names a connection, and the message learns where it is', async (t) => {
    const topic = await newTopic(2);
    const connection = new Map([
      ['bootstrap.servers', servers!],
      ['compression.type', 'gzip'],
    ]);
    const sender = createKafkaSender(new Map([['My Kafka', connection]]));
    t.after(() => sender.close());
    const send = async (partition: number, name = 'My%20Kafka'): Promise<Message> => {
      const message = new Message({ body: Body.bytes(Buffer.from('hello'), 'text/plain'), headers: Headers.from({}) });
      message.axis2.set('kafka.partition', partition);
      const url = new URL(`kafka:/${topic}?gantry.kafka.connection=${name}`);
      const { signal } = new AbortController();
      await sender.send({ url, message, method: undefined, format: undefined, timeoutMs: undefined, signal });
      return message;
    };
    const [first, second] = [await send(1), await send(1)];
    const where = [first, second].map(({ axis2 }) =>
      ['partition', 'offset'].map((x) => axis2.get(`kafka.stored.${x}`)),
    );
    assert.deepEqual(where, [
      [1, 0],
      [1, 1],
    ]);
    assert.deepEqual(await bodiesOf(topic, 2), ['hello', 'hello']);
    await assert.rejects(send(2), /has 2 partitions; there is no 2/);
    await assert.rejects(send(1, 'Other'), /There is no Kafka connection Other/);
  });

  test("a key is in the partition where Kafka's own clients put it", async (t) => {
    const topic = await newTopic(7);
    const sender = createKafkaSender();
    t.after(() => sender.close());
    const message = new Message({ body: Body.bytes(Buffer.from('hello'), 'text/plain'), headers: Headers.from({}) });
    message.axis2.set('kafka.key', 'foobar');
    const url = new URL(`kafka:/${topic}?bootstrap.servers=${servers}`);
    const { signal } = new AbortController();
    await sender.send({ url, message, method: undefined, format: undefined, timeoutMs: undefined, signal });
    // Of Kafka's own tests: murmur2 of it is -790332482. The sign is dropped, and 1357151166 is a multiple of 7.
    assert.equal(message.axis2.get('kafka.stored.partition'), 0);
  });

  senderConformance(
    'kafka',
    async () => {
      const topic = await newTopic(1);
      const consumer = new Consumer({ ...options, groupId: `reader-${topic}` });
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
      const arriving = stream[Symbol.asyncIterator]();
      const sender = createKafkaSender();
      return {
        sender,
        address: new URL(`kafka:/${topic}?bootstrap.servers=${servers}`),
        async arrived() {
          const { value } = (await arriving.next()) as IteratorYieldResult<Arriving>;
          const headers = new Map(
            [...value.headers].map(([name, text]: [Buffer, Buffer]) => [name.toString(), text.toString()]),
          );
          return { text: value.value.toString(), contentType: headers.get('Content-Type'), headers };
        },
        nobody: new URL(`kafka:/${topic}?bootstrap.servers=127.0.0.1:1`),
        async close() {
          await sender.close();
          await consumer.close(true);
        },
      };
    },
    absent,
  );
});
