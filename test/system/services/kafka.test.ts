/** The Kafka inbound endpoint against a real broker: KAFKA_BROKERS names it. */
import { execFile } from 'node:child_process';
import { after, before, describe } from 'node:test';
import { promisify } from 'node:util';
import { Admin, Consumer, Producer, type Message as Arriving } from '@platformatic/kafka';
import { kafka } from '../../../src/transports/kafka/spec.ts';
import { createKafkaSender } from '../../../src/transports/kafka/sender.ts';
import { inboundClaims } from '../../conformance/inbound.ts';
import { senderConformance } from '../../conformance/sender.ts';

const servers = process.env['KAFKA_BROKERS'];
const command = process.env['SERVICES_COMMAND'];
const absent = servers === undefined && 'KAFKA_BROKERS names no broker';
const run = promisify(execFile);
const service = async (what: string): Promise<void> => {
  await run(command!, [what, 'kafka']);
};

describe('kafka', { skip: absent }, () => {
  const options = { clientId: 'gantry-test', bootstrapBrokers: [servers ?? ''] };
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
