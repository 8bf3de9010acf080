import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const root: string = resolve(import.meta.dirname, '..');
const example: string = join(root, 'examples/orders');
const patienceMs = 20_000;

interface Mock {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Writes program.cache beside the bundle: what a replica of the example had compiled when it had answered each kind of
 * request and ended.
 */
export async function warm(gantry: string): Promise<void> {
  const mock = await startMock();
  const replica = spawn(
    process.execPath,
    [
      '--require',
      join(root, 'tools/keep-code.cjs'),
      gantry,
      'replica',
      example,
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--health-port',
      '0',
    ],
    { env: { ...process.env, ...mock.env }, stdio: ['ignore', 'pipe', 'inherit'], timeout: patienceMs },
  );
  const ended = once(replica, 'exit');
  try {
    for await (const line of createInterface({ input: replica.stdout })) {
      const port = /^ready on port (\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      await visit(`http://127.0.0.1:${port}`);
      replica.kill('SIGTERM');
    }
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`the replica that warms the compile cache ended with ${code}`);
  } finally {
    await mock.close();
  }
}

/** The example's own backend. */
export async function startMock(): Promise<Mock> {
  const address = pathToFileURL(join(example, 'mock/backend.mjs')).href;
  const { default: start } = (await import(address)) as { readonly default: () => Promise<Mock> };
  return start();
}

async function visit(address: string): Promise<void> {
  const order = JSON.stringify({ item: 'tea', quantity: 1 });
  const json = { 'content-type': 'application/json' };
  for (const [path, init] of [
    ['/orders', {}],
    ['/orders/1', {}],
    ['/orders', { method: 'POST', headers: json, body: order }],
    ['/orders/1', { method: 'PUT', headers: json, body: order }],
    ['/orders', { method: 'POST', headers: json, body: '{}' }],
    ['/nothing', {}],
  ] satisfies [string, RequestInit][]) {
    const answer = await fetch(address + path, init);
    await answer.text();
  }
}
