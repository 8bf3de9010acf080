/** The MQTT inbound endpoint against the broker in the process that `gantry run` brings; real ones: test/system/services. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { mqtt } from '../../src/transports/mqtt/spec.ts';
import { Consuming } from './consuming.ts';
import { inboundClaims, type InboundUnderTest } from './inbound.ts';
import { laneClaims } from './lanes.ts';

async function open(t: TestContext): Promise<InboundUnderTest> {
  const broker = await Aedes.createBroker();
  shareOut(broker);
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = async (port: number): Promise<number> => {
    server = createServer((socket) => {
      sockets.add(socket);
      broker.handle(socket);
    });
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  };
  const unplug = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await closed;
  };
  const port = await listen(0);
  const sender = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 100 });
  const failures: string[] = [];
  let failed = Promise.withResolvers<void>();
  const onFailure: Parameters<Aedes['subscribe']>[1] = ({ payload }, done) => {
    failures.push(payload.toString());
    failed.resolve();
    done();
  };
  await new Promise<void>((done) => broker.subscribe('failed', onFailure, done));
  t.after(async () => {
    await sender.endAsync(true);
    await unplug();
    await new Promise<void>((done) => broker.close(done));
  });
  return {
    kind: mqtt,
    parameters: {
      'mqtt.server.host.name': '127.0.0.1',
      'mqtt.server.port': String(port),
      'mqtt.topic.name': 'orders/#',
      'gantry.mqtt.dlq.topic': 'failed',
      'failure.retry.interval': '10',
      'mqtt.reconnection.interval': '500',
    },
    async send(texts) {
      await Promise.all(texts.map((text) => sender.publishAsync('orders/a', text, { qos: 1 })));
    },
    async failed(count) {
      while (failures.length < count) {
        await failed.promise;
        failed = Promise.withResolvers<void>();
      }
      return failures;
    },
    server: {
      stop: unplug,
      async start() {
        await listen(port);
      },
    },
  };
}

/**
 * The broker in the process knows no shared subscriptions. Here each subscriber to one gets a topic of its own, and what is
 * sent goes to these in turn, connected or not: as Mosquitto does.
 */
function shareOut(broker: Aedes): void {
  const members: string[] = [];
  let turn = 0;
  broker.authorizeSubscribe = (client, subscription, done) => {
    if (subscription.topic.startsWith('$share/')) {
      // In place: what is kept for the session is this very object.
      subscription.topic = `of/${client.id}`;
      if (!members.includes(subscription.topic)) members.push(subscription.topic);
    }
    done(null, subscription);
  };
  broker.authorizePublish = (_client, packet, done) => {
    if (members.length > 0 && packet.topic.startsWith('orders/')) packet.topic = members[turn++ % members.length]!;
    done(null);
  };
}

laneClaims('mqtt in the process', async (t, more) => {
  const under = await open(t);
  return { ...under, parameters: { ...under.parameters, ...more } };
});

inboundClaims(
  'mqtt in the process',
  {
    ordered: true,
    rollback: 'goes where failed ones go',
    unacknowledged: 'comes again',
    inHand: 1,
    shared: 'the broker in the process knows no shared subscriptions',
    keeps: true,
    serverStays: false,
  },
  open,
);

test('a flow that is slower than what comes leaves the connection alive', { timeout: 30_000 }, async (t) => {
  const under = await open(t);
  const parameters = {
    ...under.parameters,
    'gantry.mqtt.keepalive': '1',
    'gantry.mqtt.max.inflight': '1',
    // All of them are sent at once, and answers to pings come after them.
    'mqtt.subscription.qos': '0',
  };
  const consuming = await Consuming.start(t, { ...under, parameters });
  const sent = Array.from({ length: 30 }, (_, n) => `message ${n} ${'x'.repeat(1_000)}`);
  await under.send(sent);
  const came: string[] = [];
  for (const _ of sent) {
    const held = await consuming.next();
    // Together they take three times the keepalive.
    await wait(100);
    held.finish('done');
    came.push(held.text);
  }
  assert.deepEqual(came, sent);
  await consuming.handOver();
  assert.equal(consuming.taken, sent.length);
});
