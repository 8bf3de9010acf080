/** The MQTT inbound endpoint against a real broker: MQTT_URL names it. */
import { execFile } from 'node:child_process';
import { describe, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { connectAsync, type MqttClient } from 'mqtt';
import { mqtt } from '../../../src/transports/mqtt/spec.ts';
import { createMqttSender } from '../../../src/transports/mqtt/sender.ts';
import { senderConformance, type Arrived } from '../../conformance/sender.ts';
import { inboundClaims, type InboundUnderTest } from '../../conformance/inbound.ts';
import { laneClaims } from '../../conformance/lanes.ts';

const url = process.env['MQTT_URL'];
const command = process.env['SERVICES_COMMAND'];
const absent = url === undefined && 'MQTT_URL names no broker';
const run = promisify(execFile);
const service = async (what: string): Promise<void> => {
  await run(command!, [what, 'mosquitto']);
};

let made = 0;

async function open(t: TestContext, version: '3.1.1' | '5', qos: 1 | 2): Promise<InboundUnderTest> {
  const { hostname, port } = new URL(url!);
  const topic = `gantry/${process.pid}/${++made}`;
  const options = { reconnectPeriod: 250, protocolVersion: version === '5' ? 5 : 4 } as const;
  const sender = await connectAsync(url!, options);
  const reader = await connectAsync(url!, options);
  t.after(() => Promise.all([sender.endAsync(true), reader.endAsync(true)]));
  return {
    kind: mqtt,
    parameters: {
      'mqtt.server.host.name': hostname,
      'mqtt.server.port': port,
      'mqtt.topic.name': `${topic}/#`,
      'mqtt.subscription.qos': String(qos),
      'gantry.mqtt.version': version,
      'gantry.mqtt.dlq.topic': `failed/${topic}`,
      'failure.retry.interval': '10',
      'mqtt.reconnection.interval': '500',
    },
    send: (texts) => publish(sender, `${topic}/a`, texts, qos),
    failed: await listen(reader, `failed/${topic}`),
    server: { stop: () => service('kill'), start: () => service('up') },
  };
}

async function publish(client: MqttClient, topic: string, texts: readonly string[], qos: 1 | 2): Promise<void> {
  // A broker refuses more than so many that are under way.
  for (let n = 0; n < texts.length; n += 10)
    await Promise.all(texts.slice(n, n + 10).map((text) => client.publishAsync(topic, text, { qos })));
}

/** Collects what comes to a topic from now on; resolves to a question for the first so many. */
async function listen(client: MqttClient, topic: string): Promise<(count: number) => Promise<readonly string[]>> {
  const texts: string[] = [];
  let arrived = Promise.withResolvers<void>();
  client.on('message', (_topic, payload) => {
    texts.push(payload.toString());
    arrived.resolve();
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return async (count) => {
    while (texts.length < count) {
      await arrived.promise;
      arrived = Promise.withResolvers<void>();
    }
    return texts.slice(0, count);
  };
}

for (const [version, qos] of [
  ['3.1.1', 1],
  ['5', 2],
] as const)
  describe(`mqtt ${version}, QoS ${qos}`, { skip: absent }, () => {
    inboundClaims(
      `mqtt ${version}`,
      {
        ordered: true,
        rollback: 'goes where failed ones go',
        unacknowledged: 'comes again',
        inHand: 1,
        shared: true,
        keeps: true,
        serverStays: command === undefined && 'SERVICES_COMMAND names nothing that kills brokers',
      },
      (t) => open(t, version, qos),
    );
    laneClaims(`mqtt ${version}`, async (t, more) => {
      const under = await open(t, version, qos);
      return { ...under, parameters: { ...under.parameters, ...more } };
    });
  });

describe('mqtt', { skip: absent }, () => {
  senderConformance(
    'mqtt 5',
    async () => {
      const topic = `gantry/${process.pid}/${++made}`;
      const reader = await connectAsync(url!, { protocolVersion: 5 });
      const came: Arrived[] = [];
      let arrival = Promise.withResolvers<void>();
      reader.on('message', (_topic, payload, { properties }) => {
        const headers = new Map(
          Object.entries(properties?.userProperties ?? {}).map(([name, text]) => [name, String(text)]),
        );
        came.push({ text: payload.toString(), contentType: properties?.contentType, headers });
        arrival.resolve();
      });
      await reader.subscribeAsync(topic, { qos: 1 });
      const sender = createMqttSender();
      const { hostname, port } = new URL(url!);
      const address = (more: string, at = port): URL =>
        new URL(`mqtt:/${topic}?mqtt.server.host.name=${hostname}&mqtt.server.port=${at}&gantry.mqtt.version=5${more}`);
      return {
        sender,
        address: address(''),
        async arrived() {
          while (came.length === 0) {
            await arrival.promise;
            arrival = Promise.withResolvers<void>();
          }
          return came.shift()!;
        },
        wrongPassword: address('&mqtt.subscription.username=app&mqtt.subscription.password=not-the-secret'),
        nobody: address('', '1'),
        async close() {
          await sender.close();
          await reader.endAsync(true);
        },
      };
    },
    absent,
  );
});
