import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JndiConfig } from './parameters.ts';
import { isRefusal, providerName, providerOf } from './provider.ts';

function jndi(change: Partial<JndiConfig>): JndiConfig {
  return {
    initialFactory: 'org.apache.activemq.jndi.ActiveMQInitialContextFactory',
    providerUrl: undefined,
    factoryName: 'QueueConnectionFactory',
    amqpUrl: undefined,
    connectionFactories: new Map(),
    queues: new Map(),
    topics: new Map(),
    user: undefined,
    password: undefined,
    trusted: undefined,
    trustedPassword: undefined,
    certificate: undefined,
    certificatePassword: undefined,
    key: undefined,
    ...change,
  };
}

function placesOf(change: Partial<JndiConfig>): string {
  const provider = providerOf(jndi(change));
  return isRefusal(provider) ? `refused: ${provider.text}` : providerName(provider);
}

const urls: readonly (readonly [what: string, url: string, places: string])[] = [
  ['an AMQP address is taken as it is', 'amqp://b:5673', 'amqp://b:5673'],
  ['an AMQP address without a port has the usual one', 'amqps://b', 'amqps://b:5671'],
  ["ActiveMQ's port is tried first, then AMQP's", 'tcp://b:61616', 'amqp://b:61616,amqp://b:5672'],
  ['TLS stays TLS', 'ssl://b:61617', 'amqps://b:61617,amqps://b:5671'],
  [
    'failover holds several',
    'failover:(tcp://a:61616,tcp://b:61616)?randomize=false',
    'amqp://a:61616,amqp://a:5672,amqp://b:61616,amqp://b:5672',
  ],
  ['a broker list of Andes', "amqp://u:p@client/carbon?brokerlist='tcp://b:5672'", 'amqp://b:5672'],
  [
    'options of a broker are left alone',
    'tcp://b:61616?wireFormat.maxInactivityDuration=0',
    'amqp://b:61616,amqp://b:5672',
  ],
];

for (const [what, providerUrl, places] of urls)
  test(`provider URL: ${what}`, () => assert.equal(placesOf({ providerUrl }), places));

test('the AMQP address of ours wins over everything JNDI says', () => {
  const change = { initialFactory: 'com.ibm.mq.jms.context.WMQInitialContextFactory', providerUrl: 'x:1' };
  assert.match(placesOf(change), /^refused: IBM MQ/);
  assert.equal(placesOf({ ...change, amqpUrl: 'amqp://b:5672' }), 'amqp://b:5672');
});

test('a connection factory is found by its JNDI name, with its user', () => {
  const connectionFactories = new Map([['Mine', 'amqp://ann:s%40cret@b:5672']]);
  const provider = providerOf(jndi({ factoryName: 'Mine', connectionFactories, providerUrl: 'conf/jndi.properties' }));
  assert.ok(!isRefusal(provider));
  assert.deepEqual([provider.user, provider.password], ['ann', 's@cret']);
});

test('what cannot be reached is refused with what to do, and without a password', () => {
  assert.match(placesOf({ initialFactory: 'com.tibco.tibjms.naming.TibjmsInitialContextFactory' }), /Tibco EMS/);
  assert.match(placesOf({}), /Nothing says where the broker is/);
  assert.match(placesOf({ providerUrl: 'repository/conf/jndi.properties' }), /is not the address of a broker/);
  assert.doesNotMatch(placesOf({ providerUrl: 'vm://u:secret@b' }), /secret/);
});

test("ActiveMQ's redelivery policy is read from the URL", () => {
  const provider = providerOf(
    jndi({
      providerUrl:
        'failover:(tcp://b:61616)?jms.redeliveryPolicy.maximumRedeliveries=2&jms.redeliveryPolicy.initialRedeliveryDelay=50',
    }),
  );
  assert.ok(!isRefusal(provider));
  assert.deepEqual([provider.redeliveries, provider.redeliveryDelayMs], [2, 50]);
});
