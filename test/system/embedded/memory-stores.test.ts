/** What waits in the memory of replicas, as people see it from outside. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StoreStatus } from '../../../src/runtime/stores/message-stores.ts';
import { gantryWith, runGantry, scratch } from './gantry.ts';
import { artifacts, writeProject } from './shop.ts';

const synapse = 'xmlns="http://ws.apache.org/ns/synapse"';
const JDBC = 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore';

function project(): string {
  const file = join(mkdtempSync(join(scratch, 'store-')), 'orders.db');
  return writeProject({
    [`${artifacts}/apis/Orders.xml`]:
      `<api name="Orders" context="/orders" ${synapse}><resource methods="POST"><inSequence><store messageStore="Waiting"/>` +
      '<respond/></inSequence></resource></api>',
    [`${artifacts}/message-stores/Waiting.xml`]: `<messageStore name="Waiting" ${synapse}/>`,
    [`${artifacts}/message-stores/Kept.xml`]:
      `<messageStore name="Kept" class="${JDBC}" ${synapse}>` +
      `<parameter name="store.jdbc.connection.url">jdbc:sqlite:${file}</parameter></messageStore>`,
  });
}

test('what waits in the memory of each replica is listed, shown, moved and removed', async () => {
  const path = project();
  await using running = await runGantry([path], { args: ['--replicas', '2', '--nodes', '2'] });
  const store = async <T>(...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await running.command('store', ...args, '--format', 'json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  for (let n = 1; n <= 6; n++)
    assert.equal((await fetch(`${running.http}/orders`, { method: 'POST', body: `{"n":${n}}` })).status, 200);
  const waiting = async (): Promise<Record<string, number | null>> =>
    Object.fromEntries(
      (await store<StoreStatus[]>('list', path)).map((one) => [`${one.name} ${one.replica ?? ''}`.trim(), one.waiting]),
    );
  const before = await waiting();
  assert.deepEqual(Object.keys(before).sort(), ['Kept', 'Waiting pod-1', 'Waiting pod-2']);
  const [first, second] = [before['Waiting pod-1']!, before['Waiting pod-2']!];
  assert.equal(first + second, 6);

  const seen = await store<{ body: string; replica: string }[]>('browse', 'Waiting');
  assert.deepEqual(
    seen.map(({ body }) => body),
    [1, 2, 3, 4, 5, 6].map((n) => `{"n":${n}}`),
  );
  assert.equal(seen.filter(({ replica }) => replica === 'pod-1').length, first);

  assert.deepEqual(await store('move', 'Waiting', path, '--to', 'Kept', '--replica', 'pod-1'), { moved: first });
  assert.deepEqual(await waiting(), { Kept: first, 'Waiting pod-1': 0, 'Waiting pod-2': second });
  assert.deepEqual(await store('purge', 'Waiting'), { purged: second });
  assert.deepEqual(await waiting(), { Kept: first, 'Waiting pod-1': 0, 'Waiting pod-2': 0 });

  const unnamed = await store<StoreStatus[]>('list');
  assert.deepEqual(unnamed.map(({ name }) => name).sort(), ['Kept', 'Waiting', 'Waiting'], 'the project that runs');

  const wrong = await running.command('store', 'purge', 'Other');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /no message store Other; there are (Waiting, Kept|Kept, Waiting)/);
});

test('without a replica on this machine it is said how to ask one', async () => {
  const env = { XDG_RUNTIME_DIR: mkdtempSync(join(scratch, 'none-')) };
  const { stdout } = await gantryWith({ env }, 'store', 'list', project());
  assert.match(stdout, /Waiting +memory +- +Waiting is in the memory of each replica.*gantry store list --namespace/);
  const browse = await gantryWith({ env }, 'store', 'browse', 'Waiting');
  assert.equal(browse.code, 1);
  assert.match(browse.stderr, /none that has it runs on this machine/);
});
