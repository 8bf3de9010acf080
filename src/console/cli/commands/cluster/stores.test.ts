/** `gantry store` against an API server that answers for pods: what is asked of which pod, and what becomes of the answers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { parseLine } from '../../options.ts';
import type { CommandResult } from '../running/deployment.ts';
import { runStore, storeOptions } from '../store.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-stores-'));
after(() => rmSync(folder, { recursive: true }));

/** What `gantry store` says in a pod, by its words. */
type Answer = (pod: string, words: string) => { readonly code?: number; readonly says: object };

const pod = (name: string): object => ({
  metadata: { name, namespace: 'shop' },
  status: { containerStatuses: [{ ready: true, restartCount: 0, state: { running: {} } }] },
});

async function store(words: string, answer: Answer): Promise<CommandResult & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const taker = new WebSocketServer({ noServer: true });
  const server = createServer((_request, response) => {
    const items = [pod('orders-a'), pod('orders-b')];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items }));
  });
  server.on('upgrade', (request, socket, head) =>
    taker.handleUpgrade(request, socket, head, (connection) => {
      const url = new URL(request.url!, 'http://fake');
      const name = /pods\/([^/]+)\/exec/.exec(url.pathname)![1]!;
      const said = url.searchParams.getAll('command').slice(3, -2).join(' ');
      asked.push(`${name}: ${said}`);
      const { code = 0, says } = answer(name, said);
      const causes = [{ reason: 'ExitCode', message: String(code) }];
      const end = code === 0 ? { status: 'Success' } : { status: 'Failure', details: { causes } };
      connection.send(Buffer.from(`\x01${JSON.stringify(says)}`));
      connection.send(Buffer.from(`\x03${JSON.stringify(end)}`));
      connection.close();
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
    users: [{ name: 'u', user: {} }],
  };
  process.env['KUBECONFIG'] = join(folder, 'config');
  // JSON is YAML.
  writeFileSync(process.env['KUBECONFIG'], JSON.stringify(config));
  try {
    const line = parseLine([...words.split(' '), '--deployment', 'orders', '--format', 'json'], storeOptions);
    return { ...(await runStore(line)), asked };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const waiting = (name: string, count: number): object => ({
  name: 'Waiting',
  kind: 'memory',
  replica: name,
  waiting: count,
});
const listed: Answer = (name, words) => {
  const outside = words.includes('--replica') ? [] : [{ name: 'Kept', kind: 'jdbc', waiting: 7 }];
  return { says: [...outside, waiting(name, name === 'orders-a' ? 1 : 2)] };
};

test('each pod is asked for its memory, and one for what is outside of them', async () => {
  const { output, asked } = await store('list', listed);
  assert.deepEqual(JSON.parse(output), [
    { name: 'Kept', kind: 'jdbc', waiting: 7 },
    waiting('orders-a', 1),
    waiting('orders-b', 2),
  ]);
  const own = ['orders-a: list --replica orders-a', 'orders-b: list --replica orders-b'];
  assert.deepEqual(asked.toSorted(), ['orders-a: list', ...own].toSorted());
});

test('a store outside is acted on once, one in memory in each pod', async () => {
  const purged: Answer = (name, words) => (words.startsWith('list') ? listed(name, words) : { says: { purged: 3 } });
  const acts = (asked: readonly string[]): readonly string[] => asked.filter((one) => one.includes('purge')).toSorted();
  const outside = await store('purge Kept', purged);
  assert.deepEqual([JSON.parse(outside.output), acts(outside.asked)], [{ purged: 3 }, ['orders-a: purge Kept']]);
  const memory = await store('purge Waiting', purged);
  assert.deepEqual(JSON.parse(memory.output), { purged: 6 });
  const each = ['orders-a: purge Waiting --replica orders-a', 'orders-b: purge Waiting --replica orders-b'];
  assert.deepEqual(acts(memory.asked), each);
});

test('a message that one pod has is moved, though the others do not know it', async () => {
  const moved: Answer = (name, words) => {
    if (words.startsWith('list')) return listed(name, words);
    if (name === 'orders-b') return { says: { moved: 1 } };
    return { code: 1, says: { error: 'STORE', message: 'but not m', moved: 0, stuck: 'm' } };
  };
  const { output, exitCode } = await store('move Waiting --to Kept --id m', moved);
  assert.deepEqual([exitCode, JSON.parse(output)], [0, { moved: 1 }]);
});

test('what a pod refuses is said with its name', async () => {
  const refuses: Answer = (name, words) =>
    words.startsWith('list')
      ? listed(name, words)
      : { code: 1, says: { error: 'STORE', message: 'the database is away' } };
  const { exitCode, error } = await store('browse Kept', refuses);
  assert.deepEqual([exitCode, error], [1, 'orders-a: the database is away\n']);
});
