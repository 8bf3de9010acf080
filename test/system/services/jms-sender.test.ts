/** ARTEMIS_AMQP_URL and ACTIVEMQ_AMQP_URL name brokers that make queues when they are first used. */
import rhea, { type Connection, type EventContext, type Message as AmqpMessage } from 'rhea';
import { createJmsSender } from '../../../src/transports/jms/sender.ts';
import { senderConformance, type Arrived, type SenderUnderTest } from '../../conformance/sender.ts';
import { nextOf } from './arrivals.ts';

for (const [name, variable] of [
  ['artemis', 'ARTEMIS_AMQP_URL'],
  ['activemq', 'ACTIVEMQ_AMQP_URL'],
] as const) {
  const server = process.env[variable];
  senderConformance(`jms (${name})`, () => open(server!), server === undefined && `${variable} names no server`);
}

function addressOf(server: string, destination: string, parameters: Record<string, string> = {}): URL {
  const { hostname, port, username, password } = new URL(server);
  const all = {
    'java.naming.provider.url': `amqp://${hostname}:${port}`,
    'transport.jms.UserName': username,
    'transport.jms.Password': password,
    ...parameters,
  };
  return new URL(`jms:/${destination}?${new URLSearchParams(all).toString()}`);
}

function textOf({ body }: AmqpMessage): string {
  return typeof body === 'string' ? body : String((body as { content: Buffer }).content);
}

async function connect(server: string): Promise<Connection> {
  const { hostname, port, username, password } = new URL(server);
  const options = { host: hostname, port: Number(port), username, password, reconnect: false } as const;
  const connection = rhea.create_container().connect(options);
  connection.on('disconnected', () => {});
  const opened = Promise.withResolvers<void>();
  connection.once('connection_open', () => opened.resolve());
  await opened.promise;
  return connection;
}

async function open(server: string): Promise<SenderUnderTest> {
  const queue = `gantry-sender-${process.pid}`;
  const requests = `${queue}-requests`;
  const connection = await connect(server);
  const arrivals = nextOf<Arrived>();
  const receive = (address: string, take: (message: AmqpMessage) => void): { close(): void } => {
    const receiver = connection.open_receiver({ source: { address, capabilities: ['queue'] }, credit_window: 100 });
    receiver.on('message', ({ message }: EventContext) => take(message!));
    return receiver;
  };
  receive(queue, (message) => {
    const properties = Object.entries((message.application_properties ?? {}) as Record<string, string>);
    arrivals.add({ text: textOf(message), contentType: message.content_type, headers: new Map(properties) });
  });
  const replies = connection.open_sender({ target: {} });
  const sender = createJmsSender();
  return {
    sender,
    address: addressOf(server, queue),
    arrived: () => arrivals.next(),
    wrongPassword: addressOf(server, queue, { 'transport.jms.Password': 'not-the-secret' }),
    nobody: addressOf(server, queue, { 'java.naming.provider.url': 'amqp://127.0.0.1:1' }),
    asking: {
      address: addressOf(server, requests),
      async answer(text) {
        const asked = Promise.withResolvers<void>();
        const receiver = receive(requests, ({ reply_to, message_id }) => {
          replies.send({ to: reply_to, correlation_id: message_id, body: text } as AmqpMessage);
          asked.resolve();
        });
        await asked.promise;
        receiver.close();
      },
      limit: (message, ms) => void message.axis2.set('JMS_WAIT_REPLY', ms),
    },
    async close() {
      await sender.close();
      connection.close();
    },
  };
}
