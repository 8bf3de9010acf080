import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { unified } from './diff.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-unified-'));
after(() => rmSync(folder, { recursive: true }));
const hasPatch: string | false = spawnSync('patch', ['--version']).status === 0 ? false : 'there is no patch(1) here';

test('one line that changed is shown with three lines around it', () => {
  const from = 'a\nb\nc\nd\ne\nf\ng\nh\n';
  assert.deepEqual(unified('x', from, from.replace('e', 'E')), [
    '--- live/x',
    '+++ deployed/x',
    '@@ -2,7 +2,7 @@',
    ' b',
    ' c',
    ' d',
    '-e',
    '+E',
    ' f',
    ' g',
    ' h',
  ]);
});

test('texts that are the same have no difference, and what is new or gone is shown whole', () => {
  assert.deepEqual(unified('x', 'a\n', 'a\n'), []);
  assert.deepEqual(unified('x', '', 'a\nb\n'), ['--- live/x', '+++ deployed/x', '@@ -0,0 +1,2 @@', '+a', '+b']);
  assert.deepEqual(unified('x', 'a\n', ''), ['--- live/x', '+++ deployed/x', '@@ -1,1 +0,0 @@', '-a']);
});

test('patch makes the one text of the other by it, whatever the texts', { skip: hasPatch }, () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd: 1', '  e'), { minLength: 1, maxLength: 40 })
    .map((lines) => `${lines.join('\n')}\n`);
  fc.assert(
    fc.property(text, text, (from, to) => {
      const rows = unified('x', from, to);
      if (from === to) return rows.length === 0;
      const file = join(folder, 'x');
      writeFileSync(file, from);
      const { status, stdout } = spawnSync('patch', ['--silent', '--fuzz=0', '--output=-', file], {
        input: `${rows.join('\n')}\n`,
        encoding: 'utf8',
      });
      return status === 0 && stdout === to;
    }),
    { numRuns: 60 },
  );
});
