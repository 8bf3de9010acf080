import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../errors.ts';
import { readFlow, tryOut, type TryOut } from '../try-out.ts';

/** Runs the operation with these children; whoever is sent to says where the record is. */
function publish(children: string, headers: Readonly<Record<string, string>> = {}): Promise<TryOut> {
  const xml = `<kafkaTransport.publishMessages configKey="My Kafka">${children}</kafkaTransport.publishMessages>`;
  const given = { body: '{"id":7}', headers, properties: { to: 'orders' } };
  return tryOut(xml, given, {
    endpoints: {
      default: (record) => {
        record.axis2.set('kafka.stored.partition', 2);
        record.axis2.set('kafka.stored.offset', 41);
        return undefined;
      },
    },
  });
}

test('the body goes to the topic by the name of the connection, and the message knows where it is', async () => {
  const { sent, message, outcome } = await publish(
    '<topic>{$ctx:to}</topic><partitionNo>2</partitionNo><key>id-${payload.id}</key>',
  );
  const [record] = sent;
  assert.equal(record!.addressing.to, 'kafka:/orders?gantry.kafka.connection=My%20Kafka');
  assert.deepEqual([record!.axis2.get('kafka.key'), record!.axis2.get('kafka.partition')], ['id-7', '2']);
  assert.deepEqual(record!.body.json(), { id: 7 });
  const where = ['topic', 'partition', 'offset'].map((name) => message.properties.get(name));
  assert.deepEqual([outcome, ...where], ['next', 'orders', 2, 41]);
  assert.equal(message.axis2.has('kafka.key'), false);
});

test('a value is sent instead of the body, which stays', async () => {
  const { sent, message } = await publish(
    '<topic>t</topic><value>{"twice": ${payload.id * 2}}</value><contentType>application/json</contentType>',
  );
  assert.deepEqual(sent[0]!.body.json(), { twice: 14 });
  assert.deepEqual(message.body.json(), { id: 7 });
});

test('without a key there is a random one', async () => {
  const keys: unknown[] = [];
  for (let n = 0; n < 2; n++) keys.push((await publish('<topic>t</topic>')).sent[0]!.axis2.get('kafka.key'));
  assert.ok(keys.every((key) => typeof key === 'string' && /^[0-9a-f-]{36}$/.test(key)));
  assert.notEqual(keys[0], keys[1]);
});

test('a record has the headers that are asked for, and no others', async () => {
  const headers = { 'kafka-trace': 'a1', accept: '*/*' };
  const [none, all, filtered] = await Promise.all([
    publish('<topic>t</topic>', headers),
    publish('<topic>t</topic><forwardExistingHeaders>All</forwardExistingHeaders>', headers),
    publish(
      '<topic>t</topic><forwardExistingHeaders>Filtered</forwardExistingHeaders><kafkaHeaderPrefix>kafka-</kafkaHeaderPrefix>' +
        '<removeHeaderPrefix>true</removeHeaderPrefix><removeFilteredAfterSend>true</removeFilteredAfterSend>' +
        '<customHeaders>[{"id": "${payload.id}"}]</customHeaders><t.Origin>shop</t.Origin>',
      headers,
    ),
  ]);
  const of = ({ sent }: TryOut): object => Object.fromEntries(sent[0]!.headers);
  assert.deepEqual(of(none), {});
  assert.deepEqual(of(all), headers);
  assert.deepEqual(of(filtered), { trace: 'a1', id: '7', 't.Origin': 'shop' });
  assert.deepEqual(
    [...filtered.message.headers].map(([name]) => name),
    ['accept'],
  );
});

test('what cannot be sent faults with the numbers of the connector', async () => {
  const custom = await publish('<topic>t</topic><customHeaders>{"no": "array"}</customHeaders>');
  assert.deepEqual([custom.fault?.code, custom.fault?.number], ['KAFKA_NOT_PUBLISHED', 700_102]);
  const away = await tryOut(
    '<kafkaTransport.publishMessages configKey="k"><topic>t</topic></kafkaTransport.publishMessages>',
    '{}',
    {
      endpoints: {
        default: () => {
          throw new Fault('CONNECTION_FAILED', { text: 'kafka://b:1: nothing answers there', retry: 'again' });
        },
      },
    },
  );
  assert.deepEqual([away.fault?.number, away.fault?.retry], [700_501, 'again']);
  assert.match(away.fault!.message, /Topic t: .*nothing answers there/);
});

test('Avro is refused where it is used, and a topic is needed', () => {
  const { problems } = readFlow(
    '<kafkaTransport.publishMessages configKey="k"><valueSchemaId>3</valueSchemaId></kafkaTransport.publishMessages>',
  );
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['MISSING_ELEMENT', 'NOT_SUPPORTED'],
  );
});
