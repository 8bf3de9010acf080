import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { build, type BuildOptions } from 'esbuild';
import { driversApart } from '../tools/drivers.ts';

const folder: string = mkdtempSync(join(tmpdir(), 'gantry-drivers-'));
after(() => rmSync(folder, { recursive: true }));

const options: BuildOptions = { bundle: true, platform: 'node', format: 'cjs', target: 'node24' };
const source = `
  import('pg').then(async ({ default: whole, Client }) => {
    const { createConnection } = await import('mysql2/promise');
    console.log(Client === whole.Client, typeof createConnection, (await import('pg')).Client === Client);
  });`;

test('a package that is imported dynamically becomes a file of its own, with the same exports', async () => {
  await build({
    ...options,
    stdin: { contents: source, resolveDir: resolve(import.meta.dirname, '..'), sourcefile: 'program.mjs' },
    outfile: join(folder, 'program.cjs'),
    external: ['./drivers/*'],
    plugins: [driversApart(folder, options)],
  });
  assert.ok(existsSync(join(folder, 'drivers/pg.cjs')));
  assert.ok(existsSync(join(folder, 'drivers/mysql2-promise.cjs')));
  assert.ok(readFileSync(join(folder, 'program.cjs')).length < 8_192, 'a driver is in the program');
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'program.cjs')], { cwd: folder });
  assert.equal(stdout, 'true function true\n');
});
