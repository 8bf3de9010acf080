/** MQTT over a WebSocket with TLS, as brokers behind an HTTP proxy speak it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { mqtt } from '../../src/transports/mqtt/spec.ts';
import { Authority, fileOf } from '../system/certificates.ts';
import { Consuming } from './consuming.ts';

const authority = new Authority('Test CA');

/** An inbound endpoint on a broker that listens at wss://127.0.0.1/mqtt, and the broker. */
async function open(
  t: TestContext,
  trusted: string,
): Promise<{ readonly consuming: Consuming; readonly broker: Aedes }> {
  const broker = await Aedes.createBroker();
  const server = createServer(authority.issue('broker')).listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ server, path: '/mqtt' });
  sockets.on('connection', (socket) => broker.handle(createWebSocketStream(socket).on('error', () => {})));
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await new Promise<void>((done) => broker.close(done));
  });
  const parameters = {
    'mqtt.server.host.name': '127.0.0.1',
    'mqtt.server.port': String((server.address() as AddressInfo).port),
    'mqtt.ssl.enable': 'true',
    'mqtt.ssl.truststore.location': fileOf('trusted.pem', trusted),
    'gantry.mqtt.websocket': '/mqtt',
    'mqtt.topic.name': 'orders',
    'mqtt.session.clean': 'true',
  };
  const consuming = await Consuming.start(t, { kind: mqtt, parameters, send: async () => {} }, { connected: false });
  return { consuming, broker };
}

test('messages come over wss from a broker that is trusted', async (t) => {
  const { consuming, broker } = await open(t, authority.cert);
  await consuming.untilRunning();
  const packet = { cmd: 'publish', topic: 'orders', payload: 'hello', qos: 1, dup: false, retain: false } as const;
  await new Promise<void>((done, failed) => broker.publish(packet, (error) => (error ? failed(error) : done())));
  assert.deepEqual(await consuming.takeAll(1), ['hello']);
});

test('one that nobody trusts is told with the parameter that says whom to trust', async (t) => {
  const { consuming } = await open(t, new Authority('Stranger').cert);
  const reason = await consuming.untilWaiting();
  assert.match(reason, /wss:\/\/127\.0\.0\.1:\d+\/mqtt: its certificate is signed by nobody who is trusted/);
  assert.ok(reason.includes('(mqtt.ssl.truststore.location)'), reason);
});
