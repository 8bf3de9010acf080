import amqplib, { type ChannelModel } from 'amqplib';
import { bodyOf, type BenchedTransport, type Place } from './place.ts';

const url = process.env['RABBITMQ_URL'];
/** Confirms are waited for after so many. */
const batch = 1_000;
let made = 0;

/** A classic queue acknowledges from memory what a broker that is killed has not written yet; a quorum queue has. */
export const rabbitmq: BenchedTransport = transport('rabbitmq', {});
export const rabbitmqQuorum: BenchedTransport = transport('rabbitmq-quorum', {
  'x-queue-type': 'quorum',
  'x-single-active-consumer': true,
});

function transport(name: string, queueArguments: Readonly<Record<string, string | boolean>>): BenchedTransport {
  return {
    name,
    target: 8_000,
    missing: url === undefined ? 'RABBITMQ_URL names no broker' : undefined,
    service: 'rabbitmq',
    consumerFirst: false,
    open: () => open(queueArguments),
  };
}

async function open(queueArguments: object): Promise<Place> {
  const queue = `gantry-bench-${process.pid}-${++made}`;
  const { hostname, port, username, password } = new URL(url!);
  const admin = async (work: (model: ChannelModel) => Promise<unknown>): Promise<void> => {
    const model = await amqplib.connect(url!);
    model.on('error', () => {});
    await work(model);
    await model.close();
  };
  await admin(async (model) => (await model.createChannel()).assertQueue(queue, { arguments: queueArguments }));
  return {
    attributes: 'protocol="rabbitmq"',
    parameters: {
      'rabbitmq.server.host.name': hostname,
      'rabbitmq.server.port': port,
      'rabbitmq.server.user.name': username,
      'rabbitmq.server.password': password,
      'rabbitmq.queue.name': queue,
      'rabbitmq.queue.autodeclare': 'false',
      'rabbitmq.connection.retry.interval': '1000',
    },
    fill: (from, count, bytes) =>
      admin(async (model) => {
        const channel = await model.createConfirmChannel();
        for (let n = from; n < from + count; n++) {
          const options = { persistent: true, messageId: `m${n}`, contentType: 'application/json' };
          channel.sendToQueue(queue, Buffer.from(bodyOf(n, bytes)), options);
          if (n % batch === 0) await channel.waitForConfirms();
        }
        await channel.waitForConfirms();
      }),
    close: () => admin(async (model) => (await model.createChannel()).deleteQueue(queue)),
  };
}
