import { connectJms, openSender, settledSend } from '../../src/transports/jms/server.ts';
import { bodyOf, type BenchedTransport, type Place } from './place.ts';

/** Sent before the first of them is settled. */
const atOnce = 500;
let made = 0;

export const artemis: BenchedTransport = transport('artemis', 'ARTEMIS_AMQP_URL');
export const activemq: BenchedTransport = transport('activemq', 'ACTIVEMQ_AMQP_URL');

function transport(service: string, variable: string): BenchedTransport {
  const url = process.env[variable];
  return {
    name: `jms-${service}`,
    target: 5_000,
    missing: url === undefined ? `${variable} names no broker` : undefined,
    service,
    consumerFirst: false,
    open: () => open(new URL(url!)),
  };
}

async function open({ hostname, port, host, username, password }: URL): Promise<Place> {
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
