/**
 * Kafka over TLS, with logins and client certificates. A front would not do, since brokers tell their own addresses: the test
 * starts a broker of its own from KAFKA_CLASSPATH, such as "$KAFKA_HOME/libs/*".
 */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Admin } from '@platformatic/kafka';
import { createKafkaSender } from '../../../src/transports/kafka/sender.ts';
import { kafka } from '../../../src/transports/kafka/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { Authority, fileOf, pkcs12 } from '../certificates.ts';
import { freePort } from '../embedded/project.ts';
import { sendTexts } from './brokers.ts';

const { KAFKA_CLASSPATH: classpath, JAVA_HOME } = process.env;
const program: string = JAVA_HOME === undefined ? 'java' : join(JAVA_HOME, 'bin/java');
const authority = new Authority('Test CA');
const trusted: string = fileOf('kafka-ca.pem', authority.cert);
const client: string = fileOf('kafka-client.p12', pkcs12(authority.issue('client'), 'key-word'));

const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';

type Ports = Readonly<Record<'plain' | 'login' | 'client' | 'controller', number>>;

function settings(ports: Ports, folder: string): string {
  const listeners = `PLAIN://127.0.0.1:${ports.plain},LOGIN://127.0.0.1:${ports.login},CLIENT://127.0.0.1:${ports.client}`;
  const entries = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `${listeners},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,CLIENT:SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    'log.dirs': folder,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.login.plain.sasl.jaas.config': `${plain} required user_app="app";`,
    'listener.name.login.scram-sha-256.sasl.jaas.config': `${scram} required;`,
    'listener.name.login.scram-sha-512.sasl.jaas.config': `${scram} required;`,
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': fileOf('kafka-broker.p12', pkcs12(authority.issue('broker'), 'key-word')),
    'ssl.keystore.password': 'key-word',
    'ssl.key.password': 'key-word',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': trusted,
    'listener.name.client.ssl.client.auth': 'required',
  };
  return Object.entries(entries)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** What a log says of errors. */
function troubleIn(log: string): string {
  return log
    .split('\n')
    .filter((line) => /ERROR|Exception/.test(line))
    .join('\n');
}

/** Asked again and again, as long as it lives: a broker that starts says nothing that can be waited for. */
async function untilAnswering(port: number, broker: ChildProcess): Promise<void> {
  while (broker.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const answers = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return;
    await wait(250);
  }
}

describe('kafka over TLS', { skip: classpath === undefined && 'KAFKA_CLASSPATH names no Kafka' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-kafka-'));
  const sender = createKafkaSender();
  const topics = Array.from({ length: 9 }, (_, n) => `tls-${n}`);
  let made = 0;
  let ports: Ports;
  let broker: ChildProcess | undefined;

  before(
    async () => {
      const [plainPort, login, clientPort, controller] = [
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort(),
      ];
      ports = { plain: plainPort, login, client: clientPort, controller };
      const file = join(folder, 'server.properties');
      writeFileSync(file, settings(ports, join(folder, 'data')));
      const java = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classpath!];
      const users = ['256', '512'].flatMap((size) => ['--add-scram', `SCRAM-SHA-${size}=[name=app,password=app]`]);
      const format = ['kafka.tools.StorageTool', 'format', '-t', 'dGVzdC1zZXJ2aWNlcy0wMA', '-c', file, ...users];
      await promisify(execFile)(program, [...java, ...format]);
      broker = spawn(program, [...java, 'kafka.Kafka', file], { stdio: ['ignore', 'ignore', 'pipe'] });
      const gone = once(broker, 'exit').then(() => Promise.reject(new Error(`the broker ended: ${troubleIn(said)}`)));
      gone.catch(() => {});
      let said = '';
      broker.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
      await Promise.race([untilAnswering(ports.plain, broker), gone]);
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${ports.plain}`], retries: 30 });
      await admin.createTopics({ topics: [...topics], partitions: 1, replicas: 1 });
      await admin.close();
    },
    { timeout: 120_000 },
  );
  after(async () => {
    await sender.close();
    if (broker?.exitCode === null) {
      const gone = once(broker, 'exit');
      broker.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const addressOf = (topic: string, parameters: Readonly<Record<string, string>>): URL =>
    new URL(`kafka:/${topic}?${new URLSearchParams(parameters).toString()}`);

  const consume = async (
    t: TestContext,
    door: 'login' | 'client',
    more: Readonly<Record<string, string>>,
  ): Promise<{ consuming: Consuming; send: (text: string) => Promise<void> }> => {
    const topic = topics[made++]!;
    await sendTexts(sender, addressOf(topic, { 'bootstrap.servers': `127.0.0.1:${ports.plain}` }), ['first']);
    const secure = { 'bootstrap.servers': `127.0.0.1:${ports[door]}`, 'ssl.truststore.location': trusted, ...more };
    const parameters = { ...secure, 'topic.name': topic, 'group.id': topic, 'auto.offset.reset': 'earliest' };
    const under = { kind: kafka, parameters, send: async () => {} };
    return {
      consuming: await Consuming.start(t, under, { connected: false }),
      send: (text) => sendTexts(sender, addressOf(topic, secure), [text]),
    };
  };
  const login = (mechanism: string, password = 'app'): Readonly<Record<string, string>> => ({
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `${mechanism === 'PLAIN' ? plain : scram} required username="app" password="${password}";`,
  });

  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    test(`${mechanism} logs in: messages come and go; a wrong password is told`, async (t) => {
      const { consuming, send } = await consume(t, 'login', login(mechanism));
      await send('second');
      assert.deepEqual(await consuming.takeAll(2), ['first', 'second']);
      const refused = await consume(t, 'login', login(mechanism, 'not-the-word'));
      const reason = await refused.consuming.untilWaiting();
      assert.match(reason, /the login is refused \(sasl\.mechanism, sasl\.jaas\.config\)/);
      assert.doesNotMatch(reason, /not-the-word/);
    });
  }

  test('a broker that asks for a certificate is shown the one of the keystore', async (t) => {
    const own = { 'ssl.keystore.location': client, 'ssl.keystore.password': 'key-word' };
    const { consuming, send } = await consume(t, 'client', { 'security.protocol': 'SSL', ...own });
    await send('second');
    assert.deepEqual(await consuming.takeAll(2), ['first', 'second']);
  });

  test('without one it waits, with the parameter that names it', async (t) => {
    const { consuming } = await consume(t, 'client', { 'security.protocol': 'SSL' });
    assert.match(await consuming.untilWaiting(), /ssl\.keystore\.location/);
  });

  test('a broker that nobody trusts is told with the parameter that says whom to trust', async (t) => {
    const stranger = fileOf('kafka-stranger.pem', new Authority('Stranger').cert);
    const { consuming } = await consume(t, 'login', { ...login('PLAIN'), 'ssl.truststore.location': stranger });
    const reason = await consuming.untilWaiting();
    assert.match(reason, /signed by nobody who is trusted \(ssl\.truststore\.location\)/);
  });
});
