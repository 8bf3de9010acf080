import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root: string = resolve(import.meta.dirname, '../../..');

test(
  'a replica whose arbiter is away serves requests all the same, and says what waits',
  { timeout: 30_000 },
  async () => {
    const args = ['replica', join(root, 'examples/orders'), '--port', '0', '--health-port', '0', '--host', '127.0.0.1'];
    const child = spawn(process.execPath, [join(root, 'src/console/main.ts'), ...args], {
      // Nobody listens on port 1.
      env: { ...process.env, GANTRY_ARBITER: 'postgres://nobody@127.0.0.1:1/none', GANTRY_POD: 'pod-1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines: string[] = [];
      let port = '';
      for await (const line of createInterface({ input: child.stdout })) {
        lines.push(line);
        const ready = /^ready on port (\d+), health on (\d+)/.exec(line);
        if (!ready) continue;
        port = ready[2]!;
        break;
      }
      assert.match(lines.join('\n'), /ARBITER_AWAY/);
      const { status } = await fetch(`http://127.0.0.1:${port}/ready`);
      assert.equal(status, 200);
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      assert.equal(code, 0);
    }
  },
);
