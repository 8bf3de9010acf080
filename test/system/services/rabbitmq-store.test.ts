/** RABBITMQ_URL names a server whose user may make queues. */
import amqplib from 'amqplib';
import { openAsWritten } from '../../../src/stores/fixtures.ts';
import { brokerQueues } from '../../../src/transports/index.ts';
import { storeConformance } from '../../conformance/store.ts';

const server = process.env['RABBITMQ_URL'];
const absent = server === undefined && 'RABBITMQ_URL names no server';

storeConformance('RabbitMQ', { absent, isShared: true, refusesStaleHolders: false, removesAny: false }, () => {
  const queue = `gantry-store-${process.pid}`;
  const { hostname, port, username, password } = new URL(server!);
  const parameters = {
    'store.rabbitmq.host.name': hostname,
    'store.rabbitmq.host.port': port,
    'store.rabbitmq.username': username,
    'store.rabbitmq.password': password,
    'store.rabbitmq.queue.name': queue,
    'store.producer.guaranteed.delivery.enable': 'true',
  };
  const className = 'org.apache.synapse.message.store.impl.rabbitmq.RabbitMQStore';
  return {
    open: () => openAsWritten(className, parameters, { queues: brokerQueues }),
    async close() {
      const connection = await amqplib.connect(server!);
      const channel = await connection.createChannel();
      await channel.deleteQueue(queue);
      await connection.close();
    },
  };
});
