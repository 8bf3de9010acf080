import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { withFactory } from './connection-factories.ts';

const deployment = parse(`
[[transport.rabbitmq.listener]]
name = "In"
parameters.hostname = "broker"
parameters.port = 5673

[[transport.jms.sender]]
name = "Out"
parameters.provider_url = "tcp://broker:61616"
parameters."transport.jms.UserName" = "ann"
parameters.queue.Orders = "shop.orders"

[[transport.jms.listener]]
name = "Singular"
parameter.provider_url = "tcp://other:61616"

[transport.mqtt]
listener.enable = true
listener.connection_factory = "mqttConFactory"
listener.hostname = "sensors"
listener.server_port = 1884
listener.subscription_username = ""
listener.parameter.client_id = "shop"
sender.enable = true
`);

const having = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));

test('an artifact that names a connection factory has its parameters, and may change them', () => {
  const given = having({ 'rabbitmq.connection.factory': 'In', 'rabbitmq.server.port': '5674' });
  const all = withFactory('rabbitmq', 'listener', given, deployment);
  assert.equal(all.get('rabbitmq.server.host.name'), 'broker');
  assert.equal(all.get('rabbitmq.server.port'), '5674');
});

test('full names may be written, and names in names', () => {
  const all = withFactory('jms', 'sender', having({ 'transport.jms.ConnectionFactory': 'Out' }), deployment);
  assert.equal(all.get('java.naming.provider.url'), 'tcp://broker:61616');
  assert.equal(all.get('transport.jms.UserName'), 'ann');
  assert.equal(all.get('queue.Orders'), 'shop.orders');
});

test('a name that deployment.toml does not know is only a name', () => {
  const given = having({ 'rabbitmq.connection.factory': 'Elsewhere' });
  assert.equal(withFactory('rabbitmq', 'listener', given, deployment), given);
  assert.equal(withFactory('rabbitmq', 'sender', having({ 'rabbitmq.connection.factory': 'In' }), {}).size, 1);
});

test('the one factory of MQTT is found by its own word, with what is written beside it', () => {
  const given = having({ 'mqtt.connection.factory': 'mqttConFactory', 'mqtt.topic.name': 'readings' });
  assert.deepEqual(Object.fromEntries(withFactory('mqtt', 'listener', given, deployment)), {
    'mqtt.connection.factory': 'mqttConFactory',
    'mqtt.server.host.name': 'sensors',
    'mqtt.server.port': '1884',
    'mqtt.client.id': 'shop',
    'mqtt.topic.name': 'readings',
  });
  assert.equal(withFactory('mqtt', 'sender', given, deployment), given);
});

test("parameters may be written in the singular, as in MI's own pages", () => {
  const given = having({ 'transport.jms.ConnectionFactory': 'Singular' });
  assert.equal(withFactory('jms', 'listener', given, deployment).get('java.naming.provider.url'), 'tcp://other:61616');
});
