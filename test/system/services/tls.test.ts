/** TLS to brokers: a front of the test's own stands before the real one, with certificates of its own authority. */
import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';
import type { Sender } from '../../../src/engine/ports.ts';
import type { ConsumerKind } from '../../../src/transports/index.ts';
import { createJmsSender } from '../../../src/transports/jms/sender.ts';
import { jms } from '../../../src/transports/jms/spec.ts';
import { createMqttSender } from '../../../src/transports/mqtt/sender.ts';
import { mqtt } from '../../../src/transports/mqtt/spec.ts';
import { createRabbitmqSender } from '../../../src/transports/rabbitmq/sender.ts';
import { rabbitmq } from '../../../src/transports/rabbitmq/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { Authority, fileOf, pkcs12 } from '../certificates.ts';
import { sendTexts } from './brokers.ts';
import { openFront, type Front } from './tls-front.ts';

type Parameters = Readonly<Record<string, string>>;

/** A broker, and what its protocol calls the things that TLS needs. */
interface Broker {
  readonly name: string;
  readonly variable: string;
  readonly kind: ConsumerKind;
  readonly sender: () => Sender;
  /** Where messages are taken from, at that port of this machine. */
  at(port: number, login: { readonly user: string; readonly password: string }, place: string): Parameters;
  address(place: string): string;
  readonly names: { readonly trust: string; readonly host: string; readonly key: string; readonly password: string };
}

const jmsBroker = (name: string, variable: string): Broker => ({
  name,
  variable,
  kind: jms,
  sender: createJmsSender,
  at: (port, { user, password }, place) => ({
    'java.naming.factory.initial': 'org.apache.activemq.jndi.ActiveMQInitialContextFactory',
    'java.naming.provider.url': `amqps://127.0.0.1:${port}`,
    'transport.jms.UserName': user,
    'transport.jms.Password': password,
    'transport.jms.Destination': place,
    'transport.jms.retry.duration': '500',
  }),
  address: (place) => `jms:/${place}`,
  names: {
    trust: 'gantry.jms.tls.ca',
    host: 'java.naming.provider.url',
    key: 'gantry.jms.tls.cert',
    password: 'gantry.jms.tls.password',
  },
});

const brokers: readonly Broker[] = [
  {
    name: 'rabbitmq',
    variable: 'RABBITMQ_URL',
    kind: rabbitmq,
    sender: createRabbitmqSender,
    at: (port, { user, password }, place) => ({
      'rabbitmq.server.host.name': '127.0.0.1',
      'rabbitmq.server.port': String(port),
      'rabbitmq.server.user.name': user,
      'rabbitmq.server.password': password,
      'rabbitmq.connection.ssl.enabled': 'true',
      'rabbitmq.queue.name': place,
      'rabbitmq.queue.optional.x-expires': '60000',
      'rabbitmq.connection.retry.interval': '500',
    }),
    address: () => 'rabbitmq:/',
    names: {
      trust: 'rabbitmq.connection.ssl.truststore.location',
      host: 'rabbitmq.server.host.name',
      key: 'rabbitmq.connection.ssl.keystore.location',
      password: 'rabbitmq.connection.ssl.keystore.password',
    },
  },
  jmsBroker('artemis', 'ARTEMIS_AMQP_URL'),
  jmsBroker('activemq', 'ACTIVEMQ_AMQP_URL'),
  {
    name: 'mqtt',
    variable: 'MQTT_URL',
    kind: mqtt,
    sender: createMqttSender,
    at: (port, _login, place) => ({
      'mqtt.server.host.name': '127.0.0.1',
      'mqtt.server.port': String(port),
      'mqtt.ssl.enable': 'true',
      'mqtt.topic.name': place,
      'mqtt.session.clean': 'true',
      'mqtt.reconnection.interval': '500',
    }),
    address: (place) => `mqtt:/${place}`,
    names: {
      trust: 'mqtt.ssl.truststore.location',
      host: 'mqtt.server.host.name',
      key: 'mqtt.ssl.keystore.location',
      password: 'mqtt.ssl.keystore.password',
    },
  },
];

const authority = new Authority('Test CA');
const trusted: string = fileOf('ca.pem', authority.cert);
const server = authority.issue('server');
let made = 0;

for (const broker of brokers) {
  const { name, kind, names } = broker;
  const url = process.env[broker.variable];
  describe(`TLS to ${name}`, { skip: url === undefined && `${broker.variable} names no server` }, () => {
    const behind = new URL(url ?? 'amqp://nobody');
    const login = { user: behind.username, password: behind.password };
    const sender = broker.sender();
    after(() => sender.close());

    const consume = async (
      t: TestContext,
      tls: Parameters,
      options: TlsOptions = server,
    ): Promise<{ consuming: Consuming; front: Front; send: (text: string) => Promise<void> }> => {
      const front = await openFront(behind, options);
      t.after(() => front.stop());
      const place = `gantry-tls-${process.pid}-${++made}`;
      const parameters = { ...broker.at(front.port, login, place), ...tls };
      const under = { kind, parameters, send: async () => {} };
      const consuming = await Consuming.start(t, under, { connected: false });
      const query = new URLSearchParams(parameters).toString();
      return {
        consuming,
        front,
        send: (text) => sendTexts(sender, new URL(`${broker.address(place)}?${query}`), [text]),
      };
    };

    test('whose certificate is signed by who is trusted, messages go to and come from; gone and back, it resumes', async (t) => {
      const { consuming, front, send } = await consume(t, { [names.trust]: trusted });
      await consuming.untilRunning();
      await send('first');
      assert.deepEqual(await consuming.takeAll(1), ['first']);
      await front.stop();
      assert.match(await consuming.untilWaiting(), /127\.0\.0\.1/);
      await front.start();
      await consuming.untilRunning();
      await send('second');
      assert.ok((await consuming.takeUntil('second')).length > 0);
    });

    test('a certificate of somebody unknown is refused, with the parameter that says who is trusted', async (t) => {
      const stranger = fileOf('stranger.pem', new Authority('Stranger').cert);
      const { consuming } = await consume(t, { [names.trust]: stranger });
      const reason = await consuming.untilWaiting();
      assert.match(reason, /its certificate is signed by nobody who is trusted/);
      assert.ok(reason.includes(`(${names.trust})`), reason);
    });

    test('a certificate of another host is refused, with both names', async (t) => {
      const { consuming } = await consume(t, { [names.trust]: trusted }, authority.issue('other', 'other.example'));
      const reason = await consuming.untilWaiting();
      assert.match(reason, /its certificate is for DNS:other\.example, not for 127\.0\.0\.1/);
      assert.ok(reason.includes(`(${names.host})`), reason);
    });

    const asking = { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true };

    test('who is asked for a certificate shows the one of the keystore', async (t) => {
      const keystore = fileOf('client.p12', pkcs12(authority.issue('client'), 'key-word'));
      const tls = { [names.trust]: trusted, [names.key]: keystore, [names.password]: 'key-word' };
      const { consuming, send } = await consume(t, tls, asking);
      await consuming.untilRunning();
      await send('hello');
      assert.deepEqual(await consuming.takeAll(1), ['hello']);
    });

    test('without one it waits, with the parameter that names it', async (t) => {
      const { consuming } = await consume(t, { [names.trust]: trusted }, asking);
      const reason = await consuming.untilWaiting();
      assert.ok(reason.includes(names.key), reason);
    });
  });
}
