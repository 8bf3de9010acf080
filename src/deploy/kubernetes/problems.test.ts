import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const page: string = readFileSync(resolve(import.meta.dirname, '../../../docs/kubernetes.md'), 'utf8');

test('every code of a problem is on the page, and the page has no other', () => {
  const commands = resolve(import.meta.dirname, '../../console/cli/commands/cluster');
  const sources = [import.meta.dirname, commands].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
  const made = /(?:(?:error|warning|ImageError|ReleaseError)\(\s*|\bcode: )'([A-Z_]+)'/g;
  const inCode = sources.flatMap((text) => [...text.matchAll(made)]);
  const table = page.split('## What can be wrong')[1]!.split('\n## ')[0]!;
  const onPage = [...table.matchAll(/^\| ([A-Z_, ]+) \|/gm)].flatMap(([, codes]) => codes!.split(', '));
  assert.deepEqual([...new Set(onPage)].toSorted(), [...new Set(inCode.map(([, code]) => code!))].toSorted());
});
