/** Replicas that share an MQTT subscription, as whole processes against a real broker: MQTT_URL names it. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connectAsync } from 'mqtt';
import type { DeploymentStatus } from '../../../src/deploy/status.ts';
import { runGantry } from '../embedded/gantry.ts';
import { inbound, project } from '../embedded/project.ts';

const url = process.env['MQTT_URL'];
/** Source: MQTT 5, 3.4.2.1. */
const noSubscribers = 0x10;
const lanesOf = ({ artifacts }: DeploymentStatus): Readonly<Record<string, number>> =>
  artifacts.find(({ name }) => name === 'In')?.lanes ?? {};
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Takes what the flows send on. */
async function sink(t: TestContext) {
  const came = new Map<string, number>();
  let arrived = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      came.set(text, (came.get(text) ?? 0) + 1);
      arrived.resolve();
      arrived = Promise.withResolvers();
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close().closeAllConnections());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    came,
    async has(count: number): Promise<void> {
      while (came.size < count) await arrived.promise;
    },
  };
}

test(
  'replicas share a subscription evenly, and lose nothing when one is killed, a lane is moved, or all are paused',
  { skip: url === undefined && 'MQTT_URL names no broker', timeout: 90_000 },
  async (t) => {
    const { hostname, port } = new URL(url!);
    const topic = `gantry/lanes/${process.pid}`;
    const sender = await connectAsync(url!, { protocolVersion: 5 });
    t.after(() => sender.endAsync(true));
    let answer: number | undefined;
    sender.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback') answer = packet.reasonCode;
    });
    let sent = 0;
    /** Resolves with whether anybody has subscribed: from the first lane on nothing is lost. */
    const sendOne = async (): Promise<boolean> => {
      await sender.publishAsync(topic, `message ${sent}`, { qos: 1 });
      if (answer === noSubscribers) return false;
      sent++;
      return true;
    };
    const send = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) assert.ok(await sendOne());
    };
    const { url: to, came, has } = await sink(t);
    const folder = project('lanes', {
      'inbound-endpoints/In': inbound('In', 'mqtt', {
        scale: 'shared',
        'mqtt.server.host.name': hostname,
        'mqtt.server.port': port,
        'mqtt.topic.name': topic,
      }),
      'sequences/Take': `<sequence name="Take"><call><endpoint><http method="post" uri-template="${to}"/></endpoint></call></sequence>`,
    });
    const running = await runGantry([folder], { args: ['--replicas', '3', '--nodes', '3'] });
    // Also when the test is given up.
    t.after(() => running.stop());
    await running.statusWhen((status) => {
      const each = Object.values(lanesOf(status));
      return (
        each.length === 3 && each.every((held) => held === 4) && status.artifacts.every((a) => a.state === 'running')
      );
    });
    while (!(await sendOne()));
    await send(299);
    await has(100);
    assert.equal((await running.command('crash', 'pod-2')).code, 0);
    await send(300);
    await has(600);

    const full = await running.statusWhen((status) => sum(Object.values(lanesOf(status))) === 12);
    const holder = running.events.findLast(
      ({ type, artifact }) => type === 'artifact-acquired' && artifact?.endsWith('/In#7'),
    );
    const other = full.pods.find(({ name, state }) => name !== holder?.pod && state === 'ready')!.name;
    const moved = await running.command('move', 'In#7', other);
    assert.match(moved.stdout + moved.stderr, new RegExp(`^In#7 runs on ${other} `));
    assert.match((await running.command('move', 'In', other)).stderr, /is shared by lanes: move one of them/);
    assert.match((await running.command('ps')).stdout, /inboundEndpoint\/In +running +\d+ lanes: /);

    assert.equal((await running.command('pause', 'In')).code, 0);
    await running.statusWhen(({ artifacts }) => artifacts.some((a) => a.name === 'In' && a.switchedOff !== undefined));
    await send(100);
    assert.equal((await running.command('resume', 'In')).code, 0);
    await has(700);
    assert.equal(came.size, sent);
    const twice = sum([...came.values()]) - came.size;
    t.diagnostic(`of ${sent} messages ${twice} came twice`);
  },
);
