import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { referencePages } from './reference.ts';

test('the reference pages are what the code says: run `node tools/reference.ts`', async () => {
  for (const [path, text] of await referencePages()) {
    assert.equal(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), text, path);
  }
});
