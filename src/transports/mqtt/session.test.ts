import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShape, type ParametersOf } from '../../artifacts/parameters.ts';
import type { Lane } from '../inbound-kind.ts';
import { sessionOf, type Session } from './session.ts';
import { mqtt, type MqttConfig } from './spec.ts';

const read = (more: Readonly<Record<string, string>> = {}): ParametersOf<typeof mqtt.parameters> => {
  const parameters = new Map(Object.entries({ 'mqtt.topic.name': 'plant/+/temperature', ...more }));
  return readShape(mqtt.parameters, parameters, { what: 'It', at: { file: 'in.xml', line: 1, column: 1 } }).config!;
};
const configOf = (more?: Readonly<Record<string, string>>): MqttConfig => read(more) as unknown as MqttConfig;
const lane = (number: number): Lane => ({ number, of: 12, standing: { running: () => {}, waiting: () => {} } });
const shared = (config: MqttConfig, by?: Lane): Session => sessionOf(config, 'Sensor readings', true, by);

test('a lane is the same session on every replica and after every restart, and no two lanes are one', () => {
  const ids = Array.from({ length: 100 }, (_, n) => shared(configOf(), lane(n + 1)).clientId);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(shared(configOf(), lane(7)).clientId, ids[6]);
  assert.ok(
    ids.every((id) => id.length <= 23 && /^[0-9a-zA-Z-]+$/.test(id)),
    ids.at(-1)!,
  );
  assert.equal(shared(configOf(), lane(7)).kept, true);
});

test('lanes of another topic or group are other sessions, which keep no subscription from before', () => {
  const ids = [{}, { 'mqtt.topic.name': 'plant/+/pressure' }, { 'gantry.mqtt.group': 'second' }].map(
    (more) => shared(configOf(more), lane(1)).clientId,
  );
  assert.equal(new Set(ids).size, ids.length);
});

test('all lanes subscribe to the same share, by a name that MQTT takes', () => {
  assert.equal(shared(configOf(), lane(3)).filter, '$share/Sensor_readings/plant/+/temperature');
  assert.equal(shared(configOf({ 'gantry.mqtt.group': 'g' })).filter, '$share/g/plant/+/temperature');
});

test('without lanes those who share have a session each, which the broker does not keep', () => {
  const [one, other] = [shared(configOf({ 'mqtt.client.id': 'in' })), shared(configOf({ 'mqtt.client.id': 'in' }))];
  assert.notEqual(one.clientId, other.clientId);
  assert.equal(one.kept, false);
});

test('what all lanes may be sent ahead is what a replica may have in hand', () => {
  const { ahead } = shared(configOf({ 'gantry.mqtt.max.inflight': '60' }), lane(1));
  assert.equal(ahead, 5);
  assert.equal(shared(configOf({ 'gantry.mqtt.max.inflight': '1' }), lane(1)).ahead, 1);
});

test('nothing is kept of QoS 0, nor where the session is to be clean, so there are no lanes', () => {
  assert.equal(mqtt.lanes?.(read()), 12);
  assert.equal(mqtt.lanes?.(read({ 'gantry.mqtt.lanes': '6' })), 6);
  assert.equal(mqtt.lanes?.(read({ 'mqtt.subscription.qos': '0' })), undefined);
  assert.equal(mqtt.lanes?.(read({ 'mqtt.session.clean': 'true' })), undefined);
});
