import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { BadAddress, parseFileAddress, serverOf } from './address.ts';
import type { FoundFile } from './systems/file-system.ts';
import { jobOf } from './job.ts';
import { isTrusted } from './systems/known-hosts.ts';
import { isAbandoned, markOf } from './marks.ts';
import { chooseFiles, tellApart } from './scan.ts';
import { configOf } from './try-out.ts';

const file = (name: string, more: Partial<FoundFile> = {}): FoundFile => ({
  path: `/in/${name}`,
  name,
  size: 1,
  modifiedAt: 0,
  ...more,
});

test('locked, failed, claimed, unfinished, too young and too large files are left alone', () => {
  const { choice } = jobOf(
    configOf({ 'transport.vfs.FileURI': '/in', 'transport.vfs.MinimumAge': '1', 'transport.vfs.FileSizeLimit': '10' }),
  );
  const files = [
    ...['a', 'busy', 'busy.lock', 'bad', 'bad.fail', 'c.claim-3', 'd.done-process', 'e.part-0a1b'].map((n) => file(n)),
    file('young', { modifiedAt: 9_500 }),
    file('large', { size: 100 }),
  ];
  assert.deepEqual(
    chooseFiles(choice, tellApart(files).waiting, 10_000).map((found) => found.name),
    ['a'],
  );
});

test('files are sorted and limited as the parameters say', () => {
  const { choice } = jobOf(
    configOf({
      'transport.vfs.FileURI': '/in',
      'transport.vfs.FileSortAttribute': 'Size',
      'transport.vfs.FileSortAscending': 'false',
      'transport.vfs.FileProcessCount': '2',
    }),
  );
  const files = [file('s', { size: 1 }), file('l', { size: 3 }), file('m', { size: 2 })];
  assert.deepEqual(
    chooseFiles(choice, files, 10).map((found) => found.name),
    ['l', 'm'],
  );
});

test('a claim is void for a later term, and for others when its owner was quiet for long enough', () => {
  const quiet = (ms: number) => () => ms;
  assert.equal(isAbandoned('3', '4', quiet(0), 20), true);
  assert.equal(isAbandoned('4', '4', quiet(0), 20), true);
  assert.equal(isAbandoned('5', '4', quiet(1_000), 20), false);
  assert.equal(isAbandoned('rabc', 'rdef', quiet(10), 20), false);
  assert.equal(isAbandoned('rabc', 'rdef', quiet(20), 20), true);
  assert.equal(isAbandoned('rabc', '4', quiet(20), 20), true);
});

test('names are told apart, and an ordinary name says nothing', () => {
  assert.deepEqual(markOf('a.b.claim-7'), { is: 'claim', of: 'a.b', by: '7' });
  assert.deepEqual(markOf('gantry-r1.alive'), { is: 'alive', by: 'r1' });
  for (const name of ['a.csv', 'claim-7', '.lock', 'a.done-soon', 'fail']) assert.equal(markOf(name), undefined, name);
});

test('an address gives host, user, password and path as they are meant', () => {
  const { scheme, host, port, user, password, path, deep } = parseFileAddress(
    'vfs:sftp://me%40corp:p%3Aw%2F@files.example:2222/in/a%20b/*?transport.vfs.Append=true',
  );
  assert.deepEqual(
    [scheme, host, port, user, password, path, deep],
    ['sftp', 'files.example', 2222, 'me@corp', 'p:w/', '/in/a b', true],
  );
  assert.equal(parseFileAddress('vfs:file:///tmp/in').path, '/tmp/in');
  assert.equal(parseFileAddress('ftp://h').path, '/');
  assert.equal(parseFileAddress('ftp://[::1]:21/x').host, '::1');
});

test('no password is in what is shown of an address', () => {
  assert.equal(serverOf(parseFileAddress('sftp://me:secret@h:22/in')), 'sftp://me@h:22');
});

test('what is not an address of files is refused', () => {
  for (const bad of ['smb2://h/in', 'http://h/in', 'relative/path', 'sftp:///in'])
    assert.throws(() => parseFileAddress(bad), BadAddress, bad);
});

test('a host key counts by name, by pattern and by hash; a revoked one never does', () => {
  const key = Buffer.from('key');
  const shown = key.toString('base64');
  const trusts = (text: string, port = 22): boolean =>
    isTrusted({ by: 'known hosts', text }, 'sftp.example', port, key);
  const hash = createHmac('sha1', 'salt').update('sftp.example').digest('base64');
  assert.equal(trusts(`other.example ssh-ed25519 ${shown}`), false);
  assert.equal(trusts(`# sftp.example ssh-ed25519 ${shown}`), false);
  assert.equal(trusts(`a,sftp.example ssh-ed25519 ${shown} me`), true);
  assert.equal(trusts(`*.example ssh-ed25519 ${shown}`), true);
  assert.equal(trusts(`*.example,!sftp.example ssh-ed25519 ${shown}`), false);
  assert.equal(trusts(`|1|${Buffer.from('salt').toString('base64')}|${hash} ssh-ed25519 ${shown}`), true);
  assert.equal(trusts(`sftp.example ssh-ed25519 ${shown}`, 2222), false);
  assert.equal(trusts(`[sftp.example]:2222 ssh-ed25519 ${shown}`, 2222), true);
  assert.equal(trusts(`sftp.example ssh-ed25519 ${shown}\n@revoked * ssh-ed25519 ${shown}`), false);
});
