import { connectJms, openSender, settledSend } from '../../src/transports/jms/server.ts';
import { bodyOf, type BenchedTransport, type Place } from './place.ts';

/** Sent before the first of them is settled. */
const atOnce = 500;
let made = 0;

export const artemis: BenchedTransport = transport('jms-artemis', 'artemis', 'ARTEMIS_AMQP_URL');
/** In order: Classic has each acknowledgement on disk before it takes the next one. */
export const activemq: BenchedTransport = transport('jms-activemq', 'activemq', 'ACTIVEMQ_AMQP_URL');
export const activemqConcurrent: BenchedTransport = transport(
  'jms-activemq-concurrent',
  'activemq',
  'ACTIVEMQ_AMQP_URL',
  { 'transport.jms.ConcurrentConsumers': '8' },
);

function transport(
  name: string,
  service: string,
  variable: string,
  more: Readonly<Record<string, string>> = {},
): BenchedTransport {
  const url = process.env[variable];
  return {
    name,
    target: 5_000,
    missing: url === undefined ? `${variable} names no broker` : undefined,
    service,
    consumerFirst: false,
    open: () => open(new URL(url!), more),
  };
}

async function open(
  { hostname, port, host, username, password }: URL,
  more: Readonly<Record<string, string>>,
): Promise<Place> {
  const queue = `gantry-bench-${process.pid}-${++made}`;
  const places = [{ host: hostname, port: Number(port), tls: false }];
  const provider = { places, user: username, password, redeliveries: undefined, redeliveryDelayMs: undefined };
  const jndi = { trusted: undefined, certificate: undefined, key: undefined };
  return {
    attributes: 'protocol="jms"',
    parameters: {
      'java.naming.provider.url': `amqp://${host}`,
      'transport.jms.UserName': username,
      'transport.jms.Password': password,
      'transport.jms.Destination': queue,
      'transport.jms.ContentType': 'application/json',
      'transport.jms.retry.duration': '1000',
      ...more,
    },
    async fill(from, count, bytes) {
      const connection = await connectJms({ provider, jndi });
      const sender = await openSender(connection, { target: { address: queue, capabilities: ['queue'] } });
      let next = from;
      const lane = async (): Promise<void> => {
        while (next < from + count) {
          const n = next++;
          await settledSend(sender, connection, { body: bodyOf(n, bytes), durable: true, message_id: `m${n}` });
        }
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      await connection.close();
    },
    close: () => Promise.resolve(),
  };
}
