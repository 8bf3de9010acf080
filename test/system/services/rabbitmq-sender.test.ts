/** RABBITMQ_URL names a server whose user may make queues. */
import amqplib, { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { createRabbitmqSender } from '../../../src/transports/rabbitmq/sender.ts';
import { senderConformance, type Arrived, type SenderUnderTest } from '../../conformance/sender.ts';
import { nextOf } from './arrivals.ts';

const server = process.env['RABBITMQ_URL'];

senderConformance('rabbitmq', open, server === undefined && 'RABBITMQ_URL names no server');

function addressOf(parameters: Record<string, string>): URL {
  const { hostname, port, username, password } = new URL(server!);
  const all = {
    'rabbitmq.server.host.name': hostname,
    'rabbitmq.server.port': port,
    'rabbitmq.server.user.name': username,
    'rabbitmq.server.password': password,
    ...parameters,
  };
  return new URL(`rabbitmq:/?${new URLSearchParams(all).toString()}`);
}

async function open(): Promise<SenderUnderTest> {
  const queue = `gantry-sender-${process.pid}`;
  const requests = `${queue}-requests`;
  const connection: ChannelModel = await amqplib.connect(server!);
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  for (const one of [queue, requests]) await channel.assertQueue(one);
  const arrivals = nextOf<Arrived>();
  await channel.consume(
    queue,
    (item) => {
      if (!item) return;
      const headers = Object.entries(item.properties.headers ?? {}).map(([name, value]) => [name, String(value)]);
      arrivals.add({
        text: item.content.toString(),
        contentType: item.properties.contentType as string | undefined,
        headers: new Map(headers as [string, string][]),
      });
    },
    { noAck: true },
  );
  const sender = createRabbitmqSender();
  return {
    sender,
    address: addressOf({ 'rabbitmq.queue.name': queue }),
    arrived: () => arrivals.next(),
    wrongPassword: addressOf({ 'rabbitmq.queue.name': queue, 'rabbitmq.server.password': 'not-the-secret' }),
    nobody: addressOf({ 'rabbitmq.queue.name': queue, 'rabbitmq.server.port': '1' }),
    asking: {
      address: addressOf({ 'rabbitmq.queue.name': requests, 'rabbitmq.replyto.name': 'amq.rabbitmq.reply-to' }),
      async answer(text) {
        const asked = Promise.withResolvers<void>();
        const { consumerTag } = await channel.consume(
          requests,
          (item) => {
            if (!item) return;
            const { correlationId, replyTo } = item.properties as { correlationId: string; replyTo: string };
            channel.publish('', replyTo, Buffer.from(text), { correlationId, contentType: 'text/plain' });
            asked.resolve();
          },
          { noAck: true },
        );
        await asked.promise;
        await channel.cancel(consumerTag);
      },
      limit: (message, ms) => void message.axis2.set('RABBITMQ_WAIT_REPLY', ms),
    },
    async close() {
      await sender.close();
      for (const one of [queue, requests]) await channel.deleteQueue(one);
      await connection.close();
    },
  };
}
