/** Wrong credentials, with every server: it is said where and by which parameter, it is not hurried, no password is shown. */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { describe, test } from 'node:test';
import type { ConsumerKind } from '../../../src/transports/index.ts';
import { file } from '../../../src/transports/file/spec.ts';
import { jms } from '../../../src/transports/jms/spec.ts';
import { mqtt } from '../../../src/transports/mqtt/spec.ts';
import { rabbitmq } from '../../../src/transports/rabbitmq/spec.ts';
import { emptyEnvironment } from '../../../src/message/environment.ts';
import { silentLogger } from '../../../src/log.ts';
import { systemClock } from '../../../src/clock.ts';
import { createStore } from '../../../src/stores/stores.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { inJdbc } from './jdbc-parameters.ts';
import { openFront } from './tls-front.ts';

interface Login {
  readonly user: string;
  readonly password: string;
}

interface Case {
  readonly name: string;
  readonly variable: string;
  readonly kind: ConsumerKind;
  /** An inbound endpoint that logs in like that, at that port of this machine. */
  at(port: number, login: Login): Readonly<Record<string, string>>;
  /** The parameter that the reason names. */
  readonly parameter: string;
  /** That are waited for: some servers take seconds to refuse. */
  readonly attempts: number;
}

const place = `gantry-login-${process.pid}`;

const jmsCase = (name: string, variable: string): Case => ({
  name,
  variable,
  kind: jms,
  at: (port, { user, password }) => ({
    'java.naming.provider.url': `amqp://127.0.0.1:${port}`,
    'transport.jms.UserName': user,
    'transport.jms.Password': password,
    'transport.jms.Destination': place,
  }),
  parameter: 'transport.jms.Password',
  attempts: 4,
});

const fileCase = (name: 'sftp' | 'ftp', variable: string): Case => ({
  name,
  variable,
  kind: file,
  at: (port, { user, password }) => ({
    'transport.vfs.FileURI': `${name}://${user}:${password}@127.0.0.1:${port}/in`,
  }),
  parameter: 'transport.vfs.FileURI',
  attempts: name === 'ftp' ? 2 : 4,
});

const cases: readonly Case[] = [
  {
    name: 'rabbitmq',
    variable: 'RABBITMQ_URL',
    kind: rabbitmq,
    at: (port, { user, password }) => ({
      'rabbitmq.server.host.name': '127.0.0.1',
      'rabbitmq.server.port': String(port),
      'rabbitmq.server.user.name': user,
      'rabbitmq.server.password': password,
      'rabbitmq.queue.name': place,
      'rabbitmq.queue.optional.x-expires': '60000',
    }),
    parameter: 'rabbitmq.server.password',
    attempts: 4,
  },
  jmsCase('artemis', 'ARTEMIS_AMQP_URL'),
  jmsCase('activemq', 'ACTIVEMQ_AMQP_URL'),
  {
    name: 'mqtt',
    variable: 'MQTT_URL',
    kind: mqtt,
    at: (port, { user, password }) => ({
      'mqtt.server.host.name': '127.0.0.1',
      'mqtt.server.port': String(port),
      'mqtt.subscription.username': user,
      'mqtt.subscription.password': password,
      'mqtt.topic.name': place,
      'mqtt.session.clean': 'true',
    }),
    parameter: 'mqtt.subscription.password',
    attempts: 4,
  },
  fileCase('sftp', 'SFTP_URL'),
  fileCase('ftp', 'FTP_URL'),
];

const wrong = 'not-the-word';

describe('wrong credentials', { concurrency: true }, () => {
  for (const { name, variable, kind, at, parameter, attempts } of cases) {
    const url = process.env[variable];
    const skip = url === undefined && `${variable} names no server`;

    test(`${name}: waits, says where and why, hurries nobody; with the right ones it runs`, { skip }, async (t) => {
      const server = new URL(url!);
      const front = await openFront(server, undefined);
      t.after(() => front.stop());
      const start = (login: Login): Promise<Consuming> =>
        Consuming.start(t, { kind, parameters: at(front.port, login), send: async () => {} }, { connected: false });
      const right = { user: server.username || 'app', password: server.password || 'app' };
      const began = performance.now();
      const refused = await start({ ...right, password: wrong });
      const reason = await refused.untilWaiting();
      assert.ok(reason.includes(`127.0.0.1:${front.port}: `), reason);
      assert.ok(reason.includes(parameter), reason);
      assert.ok(!reason.includes(wrong), reason);
      await front.untilAttempts(attempts);
      const took = performance.now() - began;
      // Waits of 0.5, 1, 2 s and so on lie in between, each shortened by at most half.
      assert.ok(took >= 240 * (2 ** (attempts - 1) - 1), `${attempts} attempts in ${took} ms`);
      await refused.handOver();
      await (await start(right)).untilRunning();
    });
  }

  for (const variable of ['POSTGRES_URL', 'MYSQL_URL'] as const) {
    const url = process.env[variable];
    const skip = url === undefined && `${variable} names no server`;

    test(`${variable}: a store says where and why, without the password`, { skip }, async (t) => {
      const address = new URL(url!);
      address.password = wrong;
      const { store, problems } = createStore(
        {
          name: 'Orders',
          className: 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore',
          parameters: new Map(Object.entries({ ...inJdbc(address.href), 'store.jdbc.table': 'gantry_login' })),
        },
        {
          name: 'Orders',
          at: { file: 'orders.xml', line: 1, column: 1 },
          environment: emptyEnvironment,
          clock: systemClock,
          log: silentLogger,
          standing: { running: () => {}, waiting: () => {} },
          dataSource: () => undefined,
          queues: undefined as never,
          store: () => undefined,
        },
      );
      assert.deepEqual(problems, []);
      t.after(() => store!.close());
      await assert.rejects(store!.peek(), (error: Error) => {
        assert.match(
          error.message,
          /store Orders: .*127\.0\.0\.1:\d+.*store\.jdbc\.username and store\.jdbc\.password/,
        );
        assert.ok(!error.message.includes(wrong), error.message);
        return true;
      });
    });
  }
});
