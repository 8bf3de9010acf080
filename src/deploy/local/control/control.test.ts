import assert from 'node:assert/strict';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DeploymentEvent } from '../../status.ts';
import { podsOn, startTestDeployment } from '../fixtures/deployment.ts';
import { findDeployment } from './client.ts';
import { socketPath } from './socket.ts';

test('the only running deployment is found, asked, followed, told to crash and to stop', async () => {
  await using started = await startTestDeployment({ pods: podsOn(2, 2) });
  const { deployment, folder, event } = started;
  await deployment.settled();
  const client = await findDeployment({ folder });
  assert.equal(client.port, deployment.ports.http);
  const { traffic: _traffic, ...status } = await client.status();
  const { traffic: _own, ...own } = deployment.status();
  assert.deepEqual(status, JSON.parse(JSON.stringify(own)));

  const events = await client.events();
  assert.deepEqual(await client.crash('pod-2'), ['pod-2']);
  const seen: DeploymentEvent['type'][] = [];
  for await (const { type } of events) {
    seen.push(type);
    if (type === 'pod-ready') break;
  }
  events.close();
  assert.deepEqual(seen, ['pod-lost', 'pod-started', 'pod-ready']);
  const told = await client.events(1_000);
  for await (const { type } of told) if (type === 'pod-lost') break;
  told.close();

  assert.deepEqual(await client.freeze('node-1'), ['pod-1']);
  assert.deepEqual(await client.thaw('node-1'), ['pod-1']);
  assert.equal((await client.roll()).pods.length, 2);
  await client.stop();
  await deployment.stopped;
  await event('pod-stopped', 'pod-1');
  await assert.rejects(findDeployment({ folder }), { code: 'NOT_RUNNING' });
  assert.equal(existsSync(socketPath(client.port, folder)), false);
});

test('commands that cannot be carried out say why and what there is', async () => {
  await using started = await startTestDeployment({ pods: podsOn(1, 2) });
  const client = await findDeployment({ folder: started.folder });
  await started.deployment.settled();
  await assert.rejects(client.crash('pod-9'), { code: 'NOT_FOUND', message: /"pod-9".*pod-1, pod-2, node-1/ });
  await assert.rejects(client.move('nightly', 'pod-1'), { code: 'NOT_FOUND', message: /no artifact "nightly"/ });
  await client.crash('pod-2', { downForMs: 60_000 });
  await started.event('pod-lost', 'pod-2');
  await assert.rejects(client.freeze('pod-2'), { code: 'NOT_POSSIBLE', message: /pod-2 is down/ });
});

test('several deployments are told apart by their traffic port', async () => {
  await using one = await startTestDeployment({ pods: podsOn(1, 1) });
  await using two = await startTestDeployment({ pods: podsOn(1, 1), controlFolder: one.folder });
  const ports = [one.deployment.ports.http, two.deployment.ports.http].sort((a, b) => a - b);
  await assert.rejects(findDeployment({ folder: one.folder }), {
    code: 'SEVERAL_RUNNING',
    message: `Several deployments run. Choose one with --port ${ports.join(' or --port ')}.`,
  });
  const { port } = await findDeployment({ folder: one.folder, port: two.deployment.ports.http });
  assert.equal(port, two.deployment.ports.http);
});

test('only its user can reach the socket', async () => {
  await using started = await startTestDeployment({ pods: podsOn(1, 1) });
  const path = socketPath(started.deployment.ports.http, started.folder);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(started.folder).mode & 0o777, 0o700);
});

test('the socket of a deployment that was killed is removed by whoever finds it', async () => {
  await using started = await startTestDeployment({ pods: podsOn(1, 1) });
  // A listener that is closed without removing its file leaves what a killed process leaves.
  const stale = join(started.folder, '65001.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(started.folder, 'x.sock'), resolve));
  renameSync(join(started.folder, 'x.sock'), stale);
  await new Promise((resolve) => server.close(resolve));
  writeFileSync(join(started.folder, 'notes.txt'), '');
  assert.equal((await findDeployment({ folder: started.folder })).port, started.deployment.ports.http);
  assert.equal(existsSync(stale), false);
});

test('a command that is no JSON object, or too long, is refused', async () => {
  await using started = await startTestDeployment({ pods: podsOn(1, 1) });
  const path = socketPath(started.deployment.ports.http, started.folder);
  const post = (body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ socketPath: path, method: 'POST', path: '/crash', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end(body);
    });
  assert.equal(await post('[1]'), 409);
  assert.equal(await post('{"target": 3}'), 409);
  assert.equal(await post('nonsense'), 409);
  assert.equal(await post(`"${'x'.repeat(100_000)}"`), 409);
  assert.equal(started.deployment.status().pods[0]?.restarts, 0);
});
