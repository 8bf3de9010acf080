import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InboundEndpointConfig } from '../../artifacts/kinds/types.ts';
import type { Artifact } from '../../artifacts/model.ts';
import { artifact } from '../../../test/golden/plan/projects.ts';
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../log.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { mqtt } from '../../transports/mqtt/spec.ts';
import { createConsumer, type Consumer } from './consumers.ts';
import { LaneStanding } from './lanes.ts';
import { Standings } from './standings.ts';
import { Switches } from './switches.ts';

function consumerOf(more: Readonly<Record<string, string>>, coordinated = true): Consumer {
  const parameters = new Map(Object.entries({ 'mqtt.topic.name': 'readings', ...more }));
  const inbound = artifact('inboundEndpoint', 'readings', { protocol: 'mqtt', parameters });
  return createConsumer(inbound as Artifact<InboundEndpointConfig>, mqtt, {
    project: { deployment: {} },
    intake: () => ({ origin: 'a test', take: async () => ({ outcome: 'done' }) }),
    environment: emptyEnvironment,
    clock: systemClock,
    log: silentLogger,
    standings: new Standings(() => 0),
    switches: new Switches(silentLogger),
    coordinated,
  });
}

test('what replicas share by lanes is held lane by lane, the lanes as far apart as can be', () => {
  const { singletons, everywhere } = consumerOf({ scale: 'shared', 'gantry.mqtt.lanes': '3' });
  assert.equal(everywhere, false);
  assert.deepEqual(
    singletons.map(({ key }) => key),
    ['inboundEndpoint/readings#1', 'inboundEndpoint/readings#2', 'inboundEndpoint/readings#3'],
  );
  assert.ok(singletons.every(({ apart }) => apart?.includes('inboundEndpoint/readings')));
});

test('a replica that knows of no other has no lanes, for another may hold the same', () => {
  const { singletons, everywhere } = consumerOf({ scale: 'shared' }, false);
  assert.deepEqual([singletons.map(({ key }) => key), everywhere], [['inboundEndpoint/readings'], true]);
});

test('what one replica consumes alone has no lanes', () => {
  const { singletons, everywhere } = consumerOf({});
  assert.deepEqual([singletons.map(({ key }) => key), everywhere], [['inboundEndpoint/readings'], false]);
});

test('an artifact waits while one of its lanes does, and is told of once', () => {
  const key = 'inboundEndpoint/readings';
  const told: string[] = [];
  const log = {
    ...silentLogger,
    warn: (text: string) => void told.push(text),
    info: (text: string) => void told.push(text),
  };
  const standings = new Standings(() => 0);
  const lanes = new LaneStanding(key, standings, log);
  const [one, two] = [lanes.of(1), lanes.of(2)];
  const now = (): string => standings.all.map(({ artifact: name, state }) => `${name} ${state}`).join();
  one.running();
  assert.equal(now(), '', 'nobody knows of the second');
  two.running();
  assert.equal(now(), `${key} running`);
  one.waiting('the broker is silent');
  two.waiting('the broker is silent');
  one.running();
  assert.equal(now(), `${key} waiting`);
  two.running();
  assert.deepEqual(told, [`${key} waits: the broker is silent`, `${key} runs again`]);
  two.waiting('the broker is silent');
  lanes.forget(2);
  assert.equal(now(), `${key} running`, 'the one that waits is held by another replica now');
  lanes.forget(1);
  assert.deepEqual(standings.all, []);
});
