import { setTimeout as wait } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { bodyOf, type BenchedTransport } from './place.ts';

const url = process.env['MQTT_URL'];
/** Brokers refuse more that are under way. */
const atOnce = 20;
let made = 0;

export const mqtt: BenchedTransport = {
  name: 'mqtt',
  target: 8_000,
  missing: url === undefined ? 'MQTT_URL names no broker' : undefined,
  service: 'mosquitto',
  consumerFirst: true,
  async open() {
    const topic = `bench/${process.pid}/${++made}`;
    const client = await connectAsync(url!, { reconnectPeriod: 100 });
    client.stream.once('close', () => {});
    (client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
    const { hostname, port } = new URL(url!);
    return {
      attributes: 'protocol="mqtt"',
      parameters: {
        'mqtt.server.host.name': hostname,
        'mqtt.server.port': port,
        'mqtt.topic.name': topic,
        'mqtt.subscription.qos': '1',
        'mqtt.client.id': topic.replaceAll('/', '-'),
        'mqtt.reconnection.interval': '500',
        'content.type': 'application/json',
      },
      async fill(from, count, bytes) {
        let next = from;
        const lane = async (): Promise<void> => {
          while (next < from + count) await client.publishAsync(topic, bodyOf(next++, bytes), { qos: 1 });
        };
        await Promise.all(Array.from({ length: atOnce }, lane));
      },
      // Mosquitto confirms first and writes afterwards: the services' one each second.
      written: () => wait(2_500),
      close: () => client.endAsync(true),
    };
  },
};
