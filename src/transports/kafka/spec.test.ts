import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShape } from '../../artifacts/parameters.ts';
import { verdictOn } from './failing.ts';
import { explain } from './server.ts';
import { kafka, type KafkaConfig } from './spec.ts';

const at = { file: 'orders.xml', line: 1, column: 1 };
const sound = { 'bootstrap.servers': 'a:9092', 'topic.name': 'orders', 'group.id': 'shop' };

function configOf(parameters: Record<string, string>): KafkaConfig {
  const { config } = readShape(kafka.parameters, new Map(Object.entries(parameters)), { what: 'It', at });
  return config as unknown as KafkaConfig;
}

function problemsOf(parameters: Record<string, string>): readonly string[] {
  return kafka.check!(configOf({ ...sound, ...parameters }), at).map(({ text }) => text);
}

test('what MI writes is understood', () => {
  const written = {
    'key.deserializer': 'org.apache.kafka.common.serialization.StringDeserializer',
    'value.deserializer': 'org.apache.kafka.common.serialization.ByteArrayDeserializer',
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config': 'org.apache...ScramLoginModule required username="me" password="s\\"1";',
  };
  assert.deepEqual(problemsOf(written), []);
});

test('what cannot work is said before anything is connected', () => {
  assert.match(problemsOf({ 'zookeeper.connect': 'a:2181' })[0]!, /old consumer/);
  assert.match(problemsOf({ 'topic.name': '' })[0]!, /Neither topic.name nor topic.pattern/);
  assert.match(problemsOf({ 'value.deserializer': 'io.confluent.KafkaAvroDeserializer' })[0]!, /is not supported/);
  assert.match(problemsOf({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'GSSAPI' })[0]!, /GSSAPI is not/);
  assert.match(problemsOf({ 'security.protocol': 'SASL_PLAINTEXT' })[0]!, /no username/);
  const truststore = { 'security.protocol': 'SSL', 'ssl.truststore.location': import.meta.filename };
  assert.match(problemsOf(truststore)[0]!, /"ssl\.truststore\.location" names .*neither PEM, PKCS12 nor JKS/);
});

test('a message that failed is tried as often as the parameters say', () => {
  const auto = configOf(sound);
  const manual = configOf({ ...sound, 'enable.auto.commit': 'false' });
  const thrice = configOf({ ...sound, 'failure.retry.count': '3', 'failure.retry.interval': '5' });
  assert.equal(verdictOn('rollback', 1, auto).what, 'giveUp');
  assert.deepEqual(verdictOn('rollback', 9, manual), { what: 'again', afterMs: 30_000 });
  assert.deepEqual(verdictOn('rollback', 2, thrice), { what: 'again', afterMs: 5 });
  assert.equal(verdictOn('rollback', 3, thrice).what, 'giveUp');
  assert.equal(verdictOn('requeue', 1, auto).what, 'again');
  assert.equal(verdictOn('done', 1, manual).what, 'done');
});

test('errors are said in words that name the parameter', () => {
  const inside = (error: object): Error => Object.assign(new Error('Listing failed.'), { errors: [error] });
  assert.equal(explain(new Error('Unknown topic orders.')), 'there is no topic orders (topic.name)');
  assert.match(explain(inside({ code: 'ECONNREFUSED', message: 'x' }))!, /nothing answers there/);
  assert.match(explain(inside({ apiId: 'SASL_AUTHENTICATION_FAILED' }))!, /login is refused/);
});
