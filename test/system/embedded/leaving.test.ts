/** A replica as a pod runs it, told to go while it is used. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { bundle } from './gantry.ts';
import { artifacts, shopApi, writeProject } from './shop.ts';

const synapse = 'xmlns="http://ws.apache.org/ns/synapse"';
const project = writeProject({
  [`${artifacts}/apis/Shop.xml`]: shopApi('one'),
  [`${artifacts}/endpoints/Till.xml`]: `<endpoint name="Till" ${synapse}><address uri="$SYSTEM:shop_till"/></endpoint>`,
});

interface Started extends AsyncDisposable {
  readonly http: string;
  readonly health: string;
  readonly child: ChildProcess;
  readonly lines: readonly string[];
}

async function startReplica(env: Readonly<Record<string, string>>): Promise<Started> {
  const args = ['replica', project, '--port', '0', '--health-port', '0', '--host', '127.0.0.1'];
  const child = spawn(process.execPath, [bundle, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const ready = /^ready on port (\d+), health on (\d+)/.exec(line);
    if (ready) resolve(ready);
  });
  const [, http, health] = await promise;
  return {
    http: `http://127.0.0.1:${http}`,
    health: `http://127.0.0.1:${health}`,
    child,
    lines,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test(
  'told to go it is not ready any more, serves on, finishes what is in hand and goes; told twice it does the same',
  { timeout: 60_000 },
  async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    await using backend = createServer((_request, response) => asked.resolve(response));
    await new Promise<void>((listening) => backend.listen(0, '127.0.0.1', listening));
    const till = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`;
    await using replica = await startReplica({ shop_till: till, GANTRY_SERVE_ON_MS: '700' });
    const { http, health, child } = replica;
    const order = fetch(`${http}/shop`, { method: 'POST', body: 'tea' });
    const inHand = await asked.promise;

    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    // The readiness probe is the first to know.
    let ready: Response;
    do ready = await fetch(`${health}/ready`);
    while (ready.status === 200);
    assert.deepEqual(((await ready.json()) as { reasons: unknown }).reasons, ['told to stop']);
    const late = await fetch(`${http}/shop`);
    assert.equal(late.status, 200);
    assert.equal(late.headers.get('connection'), 'close');
    child.kill('SIGTERM');
    assert.equal((await fetch(`${http}/shop`)).status, 200);

    // New connections are refused in the end, while the order is still in hand.
    const refused = async (): Promise<boolean> => {
      try {
        await (await fetch(`${http}/shop`)).text();
        return false;
      } catch {
        return true;
      }
    };
    while (!(await refused()));
    inHand.writeHead(200, { 'content-type': 'application/json' }).end('{"paid":true}');
    assert.equal(await (await order).text(), '{"paid":true}');
    const [code] = (await ended) as [number | null];
    assert.equal(code, 0);
  },
);

test(
  'a replica with other artifacts than it is to run never becomes ready, and says why',
  { timeout: 60_000 },
  async () => {
    await using replica = await startReplica({ GANTRY_ARTIFACTS: 'c0ffee', shop_till: 'http://127.0.0.1:1' });
    const { health, lines } = replica;
    const ready = await fetch(`${health}/ready`);
    assert.equal(ready.status, 503);
    const body = (await ready.json()) as { status: string; digest: string; reasons: string[] };
    assert.equal(body.status, 'unexpected');
    assert.match(body.reasons.join(), /not those that this pod is to run/);
    assert.equal((await fetch(`${health}/startup`)).status, 200, 'it has started: the kubelet must not restart it');
    assert.ok(lines.some((line) => line.includes(`ARTIFACTS_UNEXPECTED the artifacts here are ${body.digest}`)));
  },
);
