import { Admin, Producer } from '@platformatic/kafka';
import { bodyOf, type BenchedTransport } from './place.ts';

const servers = process.env['KAFKA_BROKERS'];
const atOnce = 500;
let made = 0;

export const kafka: BenchedTransport = {
  name: 'kafka',
  target: 20_000,
  missing: servers === undefined ? 'KAFKA_BROKERS names no broker' : undefined,
  service: 'kafka',
  consumerFirst: false,
  async open() {
    const options = { clientId: 'bench', bootstrapBrokers: servers!.split(',') };
    const topic = `bench-${process.pid}-${++made}`;
    const admin = new Admin(options);
    await admin.createTopics({ topics: [topic], partitions: 6, replicas: servers!.split(',').length > 2 ? 3 : 1 });
    // An idempotent producer: what it sends again is there once, and duplicates are the consumer's.
    const producer = new Producer({ ...options, idempotent: true, retries: 20, retryDelay: 250 });
    for (const client of [admin, producer]) client.on('error', () => {});
    return {
      attributes: 'class="org.wso2.carbon.inbound.kafka.KafkaMessageConsumer"',
      parameters: {
        'bootstrap.servers': servers!,
        'topic.name': topic,
        'group.id': topic,
        'auto.offset.reset': 'earliest',
        contentType: 'application/json',
      },
      async fill(from, count, bytes) {
        for (let n = from; n < from + count; n += atOnce) {
          const some = Array.from({ length: Math.min(atOnce, from + count - n) }, (_, i) => n + i);
          const messages = some.map((each) => ({
            topic,
            partition: each % 6,
            value: Buffer.from(bodyOf(each, bytes)),
          }));
          await producer.send({ messages, acks: -1, idempotent: true });
        }
      },
      async close() {
        await admin.deleteTopics({ topics: [topic] }).catch(() => {});
        await Promise.all([admin.close(), producer.close(true)]).catch(() => {});
      },
    };
  },
};
