/** Every story in this folder against the real members. UPDATE=1 rewrites what happens; the difference is read. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tell } from './script.ts';

const folder = import.meta.dirname;

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const title = text.split('\n')[0]!.replace(/^# */, '');
  test(`${title} (${file})`, async () => {
    const told = await tell(text);
    if (process.env['UPDATE'] === '1') writeFileSync(path, told);
    else assert.equal(told, text);
  });
}
