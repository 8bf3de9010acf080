import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { archive, type Entry } from './tar.ts';
import { membersOf, readMember } from './untar.ts';

const file = (path: string, text = path): Entry => ({ type: 'file', path, content: Buffer.from(text) });
const long = `${'folder/'.repeat(12)}a-name-that-does-not-fit-into-the-first-hundred-bytes.xml`;
const longest = `${'deep/'.repeat(60)}file.xml`;
const entries: readonly Entry[] = [
  file('b/two'),
  file('a'),
  file('empty', ''),
  file('exactly', 'x'.repeat(512)),
  file(long),
  file(longest),
  file('grüße/über.xml'),
  { type: 'link', path: 'b/link', target: 'two' },
  { type: 'folder', path: 'tmp', mode: 0o1777 },
];

function written(all: readonly Entry[]): { readonly folder: string; readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-tar-'));
  const path = join(folder, 'a.tar');
  writeFileSync(path, Buffer.concat([...archive(all)]));
  return { folder, path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

test('what is written, tar unpacks: names of any length, links, modes', () => {
  using archived = written(entries);
  execFileSync('tar', ['--extract', '--file', archived.path, '--directory', archived.folder]);
  for (const entry of entries) {
    if (entry.type !== 'file') continue;
    assert.deepEqual(readFileSync(join(archived.folder, entry.path)), entry.content, entry.path);
  }
  assert.equal(readlinkSync(join(archived.folder, 'b/link')), 'two');
  const listed = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--file', archived.path], {
    encoding: 'utf8',
  });
  assert.match(listed, /^drwxrwxrwt 0\/0 +0 1970-01-01 .* tmp\/$/m);
  assert.equal(statSync(join(archived.folder, 'a')).mtimeMs, 0);
});

test('the order of the entries does not matter, and folders come before what is in them', () => {
  const bytes = (all: readonly Entry[]): Buffer => Buffer.concat([...archive(all)]);
  assert.deepEqual(bytes(entries), bytes(entries.toReversed()));
  using archived = written(entries);
  const names = execFileSync('tar', ['--list', '--file', archived.path], { encoding: 'utf8' }).split('\n');
  assert.ok(names.indexOf('b/') < names.indexOf('b/two') && names.includes('b/'));
});

test('single files are read back from where they lie', async () => {
  using archived = written(entries);
  const members = await membersOf(archived.path);
  assert.equal((await readMember(archived.path, members.get('b/two')!)).toString(), 'b/two');
  assert.equal((await readMember(archived.path, members.get('exactly')!)).length, 512);
  assert.equal((await readMember(archived.path, members.get(long)!)).toString(), long);
});

test('what is no archive is refused', async () => {
  using archived = written([]);
  writeFileSync(archived.path, 'x'.repeat(2_000));
  await assert.rejects(membersOf(archived.path), /is no tar archive/);
});
