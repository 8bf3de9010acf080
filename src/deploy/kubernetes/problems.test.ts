import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const page: string = readFileSync(resolve(import.meta.dirname, '../../../docs/kubernetes.md'), 'utf8');

test('every code of a problem is on the page, and the page has no other', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  const inCode = sources.flatMap((text) => [...text.matchAll(/(?:error|warning|ImageError)\(\s*'([A-Z_]+)'/g)]);
  const table = page.split('## What can be wrong')[1]!.split('\n## ')[0]!;
  const onPage = [...table.matchAll(/^\| ([A-Z_, ]+) \|/gm)].flatMap(([, codes]) => codes!.split(', '));
  assert.deepEqual(onPage.toSorted(), [...new Set(inCode.map(([, code]) => code!))].toSorted());
});
