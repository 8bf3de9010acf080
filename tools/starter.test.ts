import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { starter } from './bundle.ts';

/** A program that says it has begun, and then does nothing for as long as nobody ends it. */
const idle = `(function () { console.log("begun"); setInterval(function () {}, 1e6); })`;

/** How a command ends that is told to go before it listens itself. */
async function toldEarly(command: string): Promise<readonly [code: number | null, signal: string | null]> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-starter-'));
  writeFileSync(join(folder, 'gantry.cjs'), starter);
  writeFileSync(join(folder, 'program.js'), idle);
  const child = spawn(process.execPath, [join(folder, 'gantry.cjs'), command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    return (await ended) as [number | null, string | null];
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

test('a replica that is told to go while its program still loads ends in good order', { timeout: 30_000 }, async () => {
  assert.deepEqual(await toldEarly('replica'), [0, null]);
});

test('other commands end as any program does', { timeout: 30_000 }, async () => {
  assert.deepEqual(await toldEarly('check'), [null, 'SIGTERM']);
});
