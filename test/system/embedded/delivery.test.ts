/** At least once, in words that a user may hold us to: a stored order arrives, whatever happens to replicas or backend. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deliveryProject, killRounds, runDelivery, sendOrders, startBackend } from './delivery.ts';
import { gantry, scratch } from './gantry.ts';

const inFile = (): Record<string, string> => ({
  'store.jdbc.connection.url': `jdbc:sqlite:${join(mkdtempSync(join(scratch, 'store-')), 'orders.db')}`,
});

test('no stored order is lost when the replica that forwards is killed, and with a limit of 1 only the one in hand arrives twice', async () => {
  await using backend = await startBackend();
  const processor = { 'gantry.unremoved.limit': '1' };
  await using running = await runDelivery(deliveryProject({ store: inFile(), processor }), backend);
  const round = await killRounds(running, backend, 3);
  assert.equal(round.arrived, round.accepted);
  assert.ok(round.duplicates <= round.kills, JSON.stringify(round));
  // Whoever sends it again sends it under the same key, so that a backend can tell.
  assert.equal(round.keysThatChanged, 0);
});

test('an order that the backend refuses goes to the fail store, blocks nothing, and is replayed', async () => {
  let isFixed = false;
  await using backend = await startBackend((order) => (order === 2 && !isFixed ? 500 : 200));
  const processor = { 'max.delivery.attempts': '2', 'message.processor.failMessagesStore': 'Failed' };
  const project = deliveryProject({ store: inFile(), processor });
  await using running = await runDelivery(project, backend);
  assert.equal((await sendOrders(running.http, 1, 3, 1)).length, 3);
  await backend.hasAll([1, 3]);
  const store = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await gantry('store', ...args, project);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  assert.match(await store('list'), /Failed +jdbc +1\b/);
  assert.match(await store('browse', 'Failed'), /status 500/);
  isFixed = true;
  assert.match(await store('replay', 'Failed'), /1 message/);
  await backend.hasAll([2]);
  assert.match(await store('list'), /Failed +jdbc +0\b/);
});

test('a backend that is away costs no order its place: the processor waits, says so, and goes on by itself', async () => {
  const gone = await startBackend();
  const { port } = new URL(gone.url);
  await gone[Symbol.asyncDispose]();
  const processor = {
    'max.delivery.attempts': '1',
    'message.processor.failMessagesStore': 'Failed',
    'gantry.circuit.failures': '2',
    'gantry.circuit.wait': '200',
    'gantry.circuit.longest.wait': '400',
  };
  const project = deliveryProject({ store: inFile(), processor });
  await using running = await runDelivery(project, gone);
  assert.equal((await sendOrders(running.http, 1, 3, 1)).length, 3);
  const said = (text: RegExp): Promise<void> =>
    running.until(() => running.logs.some(({ message }) => text.test(message)));
  await said(/messageProcessor\/Deliver waits: the backend is away \(2 failures in a row/);
  await using backend = await startBackend(undefined, Number(port));
  await backend.hasAll([1, 2, 3]);
  await said(/messageProcessor\/Deliver runs again/);
  assert.deepEqual(
    backend.arrivals.map(({ order }) => order),
    [1, 2, 3],
  );
  assert.match((await gantry('store', 'list', project)).stdout, /Failed +jdbc +0\b/);
});
