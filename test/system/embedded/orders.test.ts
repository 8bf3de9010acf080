/** The example, in each pattern, as a newcomer starts it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gantry, isAlive, runGantry, scratch, type RunningGantry } from './gantry.ts';

const json = { 'content-type': 'application/json' };

/** Everything the example offers, whatever runs it. */
async function tryTheExample(gantry: RunningGantry, inbox: string): Promise<void> {
  const { http } = gantry;
  const list = await fetch(`${http}/orders`);
  assert.equal(list.status, 200);
  assert.match(list.headers.get('content-type') ?? '', /^application\/json/);
  const orders = (await list.json()) as { id: string }[];
  assert.deepEqual(orders.slice(0, 2), [
    { id: '1', item: 'coffee beans', quantity: 2, status: 'SHIPPED' },
    { id: '2', item: 'grinder', quantity: 1, status: 'OPEN' },
  ]);
  assert.equal(((await (await fetch(`${http}/orders/2`)).json()) as { item: string }).item, 'grinder');
  assert.equal((await fetch(`${http}/orders/none`)).status, 404);

  const noticed = gantry.until(() => gantry.logs.some(({ message }) => /warehouse = true/.test(message)));
  const body = JSON.stringify({ item: 'filter papers', quantity: 3 });
  const created = await fetch(`${http}/orders`, { method: 'POST', headers: json, body });
  assert.equal(created.status, 201);
  const { id } = (await created.json()) as { id: string };
  assert.equal(created.headers.get('location'), `/orders/${id}`);
  await noticed;

  const changed = JSON.stringify({ item: 'filter papers', quantity: 5 });
  const put = await fetch(`${http}/orders/${id}`, { method: 'PUT', headers: json, body: changed });
  assert.equal(put.status, 200);
  assert.equal(((await (await fetch(`${http}/orders/${id}`)).json()) as { quantity: number }).quantity, 5);

  const bad = await fetch(`${http}/orders`, { method: 'POST', headers: json, body: '{"item": "nothing"}' });
  assert.equal(bad.status, 400);
  assert.deepEqual(await bad.json(), { error: 'an order needs an item and a quantity' });

  const noResource = await fetch(`${http}/orders/1/lines/2`);
  assert.equal(noResource.status, 404);
  await noResource.text();
  const noMethod = await fetch(`${http}/orders/1`, { method: 'DELETE' });
  assert.equal(noMethod.status, 405);
  assert.match(noMethod.headers.get('allow') ?? '', /GET/);
  await noMethod.text();
  const nowhere = await fetch(`${http}/nowhere`);
  assert.equal(nowhere.status, 404);
  await nowhere.text();

  const soap = await fetch(`${http}/services/OrderStatus`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '"urn:getStatus"' },
    body:
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
      '<o:getStatus xmlns:o="urn:gantry:example:orders"><o:id>1</o:id></o:getStatus></soapenv:Body></soapenv:Envelope>',
  });
  const answer = await soap.text();
  assert.equal(soap.status, 200, answer);
  assert.match(soap.headers.get('content-type') ?? '', /^text\/xml/);
  assert.match(answer, /<soapenv:Envelope /);
  assert.match(answer, /<o:id>1<\/o:id>\s*<o:state>SHIPPED<\/o:state>/);

  const imported = gantry.until(() => gantry.logs.some(({ message }) => /file = night\.json/.test(message)));
  writeFileSync(join(inbox, 'night.json'), '{"item": "imported at night", "quantity": 9}');
  await imported;
  // The file is deleted when its order was placed; then the order is in the list.
  const after = async (): Promise<boolean> => (await (await fetch(`${http}/orders`)).text()).includes('at night');
  while (existsSync(join(inbox, 'night.json')) || !(await after())) await new Promise((done) => setTimeout(done, 20));

  await gantry.until(() => gantry.runs.some(({ artifact }) => artifact === 'task/recurringOrder_Task'));
  await gantry.until(() => gantry.logs.some(({ message }) => /audit = placed by a task/.test(message)));
  assert.equal((await fetch(`${gantry.health}/healthz`)).status, 200);
}

/** Ends with 0 on SIGTERM and leaves nothing behind. */
async function stopAndLookForRemains(gantry: RunningGantry): Promise<void> {
  const pids = (await gantry.status()).pods.map((pod) => pod.pid!);
  assert.ok(pids.length > 0 && pids.every(isAlive));
  assert.equal(await gantry.stop(), 0);
  assert.deepEqual(pids.filter(isAlive), []);
  await assert.rejects(fetch(gantry.http));
}

function anInbox(): { inbox: string; env: Record<string, string> } {
  const inbox = mkdtempSync(join(scratch, 'inbox-'));
  return { inbox, env: { orders_inbox: pathToFileURL(inbox).href } };
}

const orders = ['examples/orders'];

test('the example works as one replica', async () => {
  const { inbox, env } = anInbox();
  await using gantry = await runGantry(orders, { args: ['--pattern', 'single'], env });
  assert.equal(gantry.first.pattern, 'single');
  assert.equal(gantry.first.pods.length, 1);
  await tryTheExample(gantry, inbox);
  await stopAndLookForRemains(gantry);
});

test('the example works coordinated over three nodes, which is what it gets by itself', async () => {
  const { inbox, env } = anInbox();
  await using gantry = await runGantry(orders, { args: ['--replicas', '3', '--nodes', '3'], env });
  assert.equal(gantry.first.pattern, 'coordinated');
  assert.deepEqual(
    gantry.first.pods.map(({ name, node }) => `${name} on ${node}`),
    ['pod-1 on node-1', 'pod-2 on node-2', 'pod-3 on node-3'],
  );
  await tryTheExample(gantry, inbox);
  const { artifacts } = await gantry.status();
  const held = artifacts.filter((artifact) => artifact.stateful);
  assert.equal(held.length, 3);
  for (const { name, holder, token } of held) assert.ok(holder !== undefined && token !== undefined, name);
  await stopAndLookForRemains(gantry);
});

test('the example works with its tasks isolated in a pod that gets no request', async () => {
  const { inbox, env } = anInbox();
  const group = 'tasks=recurringOrder_Task,schedulOrder_Task';
  await using gantry = await runGantry(orders, { args: ['--replicas', '2', '--nodes', '2', '--isolate', group], env });
  assert.equal(gantry.first.pattern, 'isolated');
  await tryTheExample(gantry, inbox);
  const { artifacts, pods } = await gantry.status();
  const own = pods.filter((pod) => pod.group === 'tasks').map((pod) => pod.name);
  assert.equal(own.length, 1);
  for (const task of artifacts.filter(({ kind }) => kind === 'task')) assert.equal(task.holder, own[0]);
  assert.notEqual(artifacts.find(({ kind }) => kind === 'inboundEndpoint')?.holder, own[0]);
  await stopAndLookForRemains(gantry);
});

test('the example is not started replicated, which would run each stateful artifact in every replica', async () => {
  const { code, stdout, stderr } = await gantry('run', ...orders, '--pattern', 'replicated', '--port', '0');
  assert.equal(code, 1);
  assert.equal(stdout, '');
  const reasons = stderr.trim().split('\n');
  assert.equal(reasons.length, 3, stderr);
  assert.match(stderr, /recurringOrder_Task\.xml:2:1 error RUNS_TWICE task\/recurringOrder_Task would run 2 times/);
  assert.match(stderr, /--pattern coordinated lets one replica run it at a time/);
});
