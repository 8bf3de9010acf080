import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { read, withoutPlaces, write } from '../../../src/artifacts/try-out.ts';

const folder = new URL('./', import.meta.url);

for (const name of readdirSync(new URL('in/', folder)).sort()) {
  test(`${name} comes back as its canonical form, which reads to the same`, () => {
    const first = read(readFileSync(new URL(`in/${name}`, folder), 'utf8'));
    assert.deepEqual(first.problems, []);
    const canonical = write(first.kind, first.config);
    const expected = new URL(`out/${name}`, folder);
    if (process.env['UPDATE'] === '1') writeFileSync(expected, canonical);
    assert.equal(canonical, readFileSync(expected, 'utf8'));
    // Indenting adds blanks inside XML that is kept as it is, so the form without is what must read the same.
    const second = read(write(first.kind, first.config, 0));
    assert.deepEqual(withoutPlaces(second.config), withoutPlaces(first.config));
    assert.equal(write(second.kind, second.config), canonical);
  });
}
