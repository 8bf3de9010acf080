import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifact, project } from '../../../../test/golden/plan/projects.ts';
import { insideOf } from '../../plan/index.ts';
import { queuesOf, type Queues } from './queues.ts';

const inbound = (protocol: string, parameters: Readonly<Record<string, string>>, environment = {}): Queues =>
  queuesOf(
    insideOf(
      project('depot', [
        artifact('inboundEndpoint', 'Parcels', { protocol, parameters: new Map(Object.entries(parameters)) }),
      ]),
    ),
    environment,
  );

const rabbit = { 'rabbitmq.server.host.name': 'rabbit', 'rabbitmq.queue.name': 'parcels' };

test('a queue that one replica consumes from by its term is not followed', () => {
  for (const one of [{}, { coordination: 'true' }, { scale: 'one' }])
    assert.deepEqual(inbound('rabbitmq', { ...rabbit, ...one }), { triggers: [], problems: [] });
});

test('RabbitMQ: the queue is in the trigger, user and password only in the Secret', () => {
  const { triggers, problems } = inbound('rabbitmq', {
    ...rabbit,
    coordination: 'false',
    'rabbitmq.server.password': 'tide',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(triggers, [
    {
      consumer: 'Parcels',
      type: 'rabbitmq',
      metadata: { protocol: 'amqp', queueName: 'parcels', mode: 'QueueLength', value: '20' },
      secrets: { host: 'amqp://USER:PASSWORD@rabbit:5672/%2F' },
    },
  ]);
});

test('RabbitMQ with TLS, a virtual host and several hosts', () => {
  const more = {
    'rabbitmq.server.host.name': 'a, b',
    'rabbitmq.server.port': '7000,7001',
    'rabbitmq.server.virtual.host': 'shop',
  };
  const { triggers } = inbound('rabbitmq', {
    ...rabbit,
    ...more,
    scale: 'shared',
    'rabbitmq.connection.ssl.enabled': 'true',
  });
  assert.equal(triggers[0]!.secrets['host'], 'amqps://USER:PASSWORD@a:7000/shop');
});

const kafka = {
  coordination: 'false',
  'bootstrap.servers': '${configs.brokers}',
  'group.id': 'depot',
  'topic.name': 'parcels',
};

test('Kafka by the lag of its group; a placeholder is filled as in the pod', () => {
  const { triggers } = inbound('kafka', { ...kafka, 'auto.offset.reset': 'earliest' }, { brokers: 'kafka:9092' });
  assert.deepEqual(triggers[0]!.metadata, {
    bootstrapServers: 'kafka:9092',
    consumerGroup: 'depot',
    topic: 'parcels',
    lagThreshold: '20',
    offsetResetPolicy: 'earliest',
  });
  assert.deepEqual(triggers[0]!.secrets, {});
});

test('Kafka with a password: how it is said is in the trigger, what it is in the Secret', () => {
  const login = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-256' };
  const { triggers } = inbound('kafka', { ...kafka, ...login }, { brokers: 'kafka:9092' });
  const { sasl, tls } = triggers[0]!.metadata;
  assert.deepEqual([sasl, tls], ['scram_sha256', 'enable']);
  assert.deepEqual(Object.keys(triggers[0]!.secrets), ['username', 'password']);
});

test('what KEDA cannot look at is a warning that says why', () => {
  const why = (protocol: string, parameters: Readonly<Record<string, string>>): string => {
    const { triggers, problems } = inbound(protocol, { coordination: 'false', ...parameters });
    assert.deepEqual(triggers, []);
    assert.deepEqual([problems[0]!.code, problems[0]!.level], ['QUEUE_NOT_FOLLOWED', 'warning']);
    return problems[0]!.text;
  };
  assert.match(why('mqtt', {}), /KEDA has no scaler for mqtt/);
  assert.match(why('kafka', kafka), /its parameter bootstrap\.servers has no value here/);
  assert.match(why('jms', { 'transport.jms.Destination': 'parcels' }), /scale\.management/);
});

test('JMS on Artemis is followed where the console is named', () => {
  const { triggers } = inbound('jms', {
    coordination: 'false',
    'transport.jms.Destination': 'parcels',
    'scale.management': 'artemis:8161',
    'scale.broker': 'main',
  });
  assert.equal(triggers[0]!.type, 'artemis-queue');
  assert.equal(triggers[0]!.metadata['managementEndpoint'], 'artemis:8161');
});
