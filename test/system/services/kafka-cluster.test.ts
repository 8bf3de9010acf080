/** Kafka with three brokers: KAFKA_BROKERS names them all, SERVICES_COMMAND kills and starts kafka, kafka-2 and kafka-3. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { kafka } from '../../../src/transports/kafka/spec.ts';
import { createKafkaSender } from '../../../src/transports/kafka/sender.ts';
import { Fault } from '../../../src/errors.ts';
import { Body } from '../../../src/message/body.ts';
import { Headers } from '../../../src/message/headers.ts';
import { Message } from '../../../src/message/message.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { service, untouchable } from './brokers.ts';

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const names = ['kafka', 'kafka-2', 'kafka-3'];
const absent = brokers.length < 3 ? 'KAFKA_BROKERS does not name three brokers' : untouchable;

describe('kafka with three brokers', { skip: absent }, () => {
  const options = { clientId: 'gantry-test', bootstrapBrokers: brokers };
  const topics: string[] = [];
  let [admin, producer]: [Admin, Producer] = [undefined!, undefined!];
  before(() => {
    admin = new Admin({ ...options, retries: 60, retryDelay: 250 });
    producer = new Producer({ ...options, retries: 60, retryDelay: 250 });
    for (const client of [admin, producer]) client.on('error', () => {});
  });
  after(async () => {
    await admin.deleteTopics({ topics });
    await Promise.all([admin.close(), producer.close()]);
  });

  const newTopic = async (): Promise<string> => {
    const topic = `gantry-${process.pid}-cluster-${topics.length + 1}`;
    topics.push(topic);
    await admin.createTopics({ topics: [topic], partitions: 3, replicas: 3 });
    return topic;
  };

  /** Kills the leader of a partition; it comes back when the test ends. The name of the first broker means all of them. */
  const killLeader = async (t: TestContext, topic: string): Promise<void> => {
    const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
    const leaders = metadata.topics.get(topic)!.partitions.map(({ leader }) => metadata.brokers.get(leader)!);
    const name = leaders
      .map(({ host, port }) => names[brokers.indexOf(`${host}:${port}`)]!)
      .find((n) => n !== names[0])!;
    t.after(() => service('up', 'kafka'));
    await service('kill', name);
  };

  test(
    'nothing is lost when the leader of a partition is killed while its messages are taken',
    { timeout: 90_000 },
    async (t) => {
      const topic = await newTopic();
      const sent = Array.from({ length: 3_000 }, (_, n) => `message ${n}`);
      const messages = sent.map((text, n) => ({ topic, partition: n % 3, value: Buffer.from(text) }));
      await producer.send({ messages: messages.slice(0, 1_500), acks: -1 });
      const consuming = await Consuming.start(t, {
        kind: kafka,
        parameters: {
          'bootstrap.servers': brokers.join(),
          'topic.name': topic,
          'group.id': topic,
          'auto.offset.reset': 'earliest',
        },
        send: async () => {},
      });
      const came = new Set(await consuming.takeAll(1_000));
      await killLeader(t, topic);
      // What was there may have been fetched by then.
      const sending = producer.send({ messages: messages.slice(1_500), acks: -1 });
      while (came.size < sent.length) {
        const held = await consuming.next();
        held.finish('done');
        came.add(held.text);
      }
      await sending;
      await consuming.untilRunning();
      assert.equal(came.size, sent.length);
      t.diagnostic(`${consuming.taken - sent.length} of ${sent.length} came twice`);
      await consuming.handOver();
    },
  );

  test(
    'nothing that counts as sent is lost when the leader of a partition is killed',
    { timeout: 90_000 },
    async (t) => {
      const topic = await newTopic();
      const sender = createKafkaSender();
      t.after(() => sender.close());
      const url = new URL(`kafka:/${topic}?bootstrap.servers=${brokers.join()}`);
      const { signal } = new AbortController();
      let faults = 0;
      const send = async (text: string): Promise<void> => {
        const message = new Message({ body: Body.bytes(Buffer.from(text), 'text/plain'), headers: Headers.from({}) });
        for (;;) {
          try {
            await sender.send({ url, message, method: undefined, format: undefined, timeoutMs: undefined, signal });
            return;
          } catch (error) {
            assert.ok(Fault.is(error) && error.retry === 'again', String(error));
            faults++;
            await wait(100);
          }
        }
      };
      const sent: string[] = [];
      const killed = new AbortController();
      let left = 500;
      const lane = async (): Promise<void> => {
        while (!killed.signal.aborted || left-- > 0) {
          const text = `message ${sent.length}`;
          sent.push(text);
          await send(text);
        }
      };
      const lanes = Promise.all(Array.from({ length: 20 }, lane));
      await killLeader(t, topic);
      killed.abort();
      await lanes;
      const reader = new Consumer({ ...options, groupId: `reader-${topic}`, retries: 60, retryDelay: 250 });
      reader.on('error', () => {});
      t.after(() => reader.close(true));
      const came: string[] = [];
      const missing = new Set(sent);
      for await (const { value } of await reader.consume({ topics: [topic], mode: 'earliest' })) {
        came.push(value.toString());
        missing.delete(value.toString());
        if (missing.size === 0) break;
      }
      t.diagnostic(`${came.length - sent.length} of ${sent.length} are there twice; ${faults} faults on the way`);
    },
  );
});
