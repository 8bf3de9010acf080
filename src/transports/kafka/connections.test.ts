import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXml } from '../../message/xml/parse.ts';
import { readConnection, type ConnectionRead } from './connections.ts';

function read(children: string): ConnectionRead {
  const xml = `<kafkaTransport.init xmlns="http://ws.apache.org/ns/synapse">${children}</kafkaTransport.init>`;
  return readConnection(parseXml(xml, { file: 'k.xml' }), 'Kafka', { file: 'k.xml', line: 1, column: 1 });
}

test("a connection of MI's connector is read by the names of Kafka's own producer", () => {
  const { parameters, problems } = read(
    '<connectionType>kafka</connectionType><name>Kafka</name><bootstrapServers>a:9092,b:9092</bootstrapServers>' +
      '<keySerializerClass>org.apache.kafka.common.serialization.StringSerializer</keySerializerClass>' +
      '<valueSerializerClass>org.apache.kafka.common.serialization.StringSerializer</valueSerializerClass>' +
      '<acks>all</acks><compressionType>gzip</compressionType><requestTimeout>8000</requestTimeout>' +
      '<securityProtocol>SASL_PLAINTEXT</securityProtocol><saslMechanism>PLAIN</saslMechanism>' +
      '<saslJaasConfig>x.PlainLoginModule required username="me" password="pw";</saslJaasConfig>' +
      '<poolingEnabled>false</poolingEnabled><bufferMemory>33554432</bufferMemory><sslKeyPassword/>',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(Object.fromEntries(parameters), {
    'bootstrap.servers': 'a:9092,b:9092',
    acks: 'all',
    'compression.type': 'gzip',
    'request.timeout.ms': '8000',
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config': 'x.PlainLoginModule required username="me" password="pw";',
  });
});

test('what cannot work is said with the connection, and never with a password', () => {
  const { problems } = read(
    '<valueSerializerClass>io.confluent.kafka.serializers.KafkaAvroSerializer</valueSerializerClass>' +
      '<securityProtocol>SASL_SSL</securityProtocol><saslMechanism>GSSAPI</saslMechanism><acks>maybe</acks>' +
      '<saslJaasConfig>required username="me" password="geheim";</saslJaasConfig>',
  );
  const said = problems.map(({ text, hint }) => `${text} ${hint ?? ''}`).join('\n');
  assert.match(said, /valueSerializerClass .*KafkaAvroSerializer is not supported/);
  assert.match(said, /bootstrap\.servers is not given/);
  assert.doesNotMatch(said, /geheim/);
});
