import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadProject } from '../../artifacts/index.ts';
import { vocabulary } from '../vocabulary.ts';
import { connectionsOf, type Connections } from './connections.ts';

async function connectionsIn(t: TestContext, init: string): Promise<Connections> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-connections-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'Kafka.xml');
  writeFileSync(file, `<localEntry xmlns="http://ws.apache.org/ns/synapse" key="Kafka">\n  ${init}\n</localEntry>`);
  const { artifacts } = await loadProject([file], { vocabulary, env: {} });
  return connectionsOf(artifacts);
}

test('a local entry with an init is a connection by its key', async (t) => {
  const { kafka, problems } = await connectionsIn(
    t,
    '<kafkaTransport.init><bootstrapServers>broker:9092</bootstrapServers></kafkaTransport.init>',
  );
  assert.deepEqual([kafka.get('Kafka')?.get('bootstrap.servers'), problems], ['broker:9092', []]);
});

test('what is wrong with a connection is said with the place of the local entry', async (t) => {
  const { problems } = await connectionsIn(
    t,
    '<kafkaTransport.init><valueSerializerClass>a.KafkaAvroSerializer</valueSerializerClass></kafkaTransport.init>',
  );
  const [serializer, servers] = problems;
  assert.deepEqual([serializer?.artifact, serializer?.at.line], ['localEntry Kafka', 2]);
  assert.match(servers!.text, /bootstrap\.servers is not given/);
});

test('other local entries are none', async (t) => {
  assert.equal((await connectionsIn(t, '<anything/>')).kafka.size, 0);
});
