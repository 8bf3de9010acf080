import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { readZip, ZipError } from './zip.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const mebibyte = 1024 * 1024;

test('packed and stored entries come back, folders are left out', () => {
  const zip = zipSync({
    'a/b.xml': [text('<b/>'), { level: 9 }],
    'c.txt': [text('c'), { level: 0 }],
    'd/': new Uint8Array(),
  });
  const entries = readZip(zip, 10);
  assert.deepEqual(
    entries.map((e) => [e.name, new TextDecoder().decode(e.read(100)), e.symlink]),
    [
      ['a/b.xml', '<b/>', false],
      ['c.txt', 'c', false],
    ],
  );
});

test('bytes in front of the archive do not matter', () => {
  const zip = zipSync({ 'a.txt': text('hello') });
  const shifted = new Uint8Array(777 + zip.length);
  shifted.set(zip, 777);
  assert.equal(new TextDecoder().decode(readZip(shifted, 10)[0]!.read(100)), 'hello');
});

test('an entry that unpacks to more than the limit is refused, whatever its header claims', () => {
  const bomb = zipSync({ 'bomb.xml': new Uint8Array(8 * mebibyte) }, { level: 9 });
  assert.ok(bomb.length < 20_000);
  // The sizes in the central directory are claims: make this one modest.
  const at = bomb.findLastIndex(
    (_, i) => bomb[i] === 0x50 && bomb[i + 1] === 0x4b && bomb[i + 2] === 1 && bomb[i + 3] === 2,
  );
  new DataView(bomb.buffer, bomb.byteOffset).setUint32(at + 24, 10, true);
  assert.throws(() => readZip(bomb, 10)[0]!.read(mebibyte), /unpacks to more than 1048576 bytes/);
});

test('too many entries are refused before any is read', () => {
  const many = zipSync(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, text('x')])));
  assert.throws(() => readZip(many, 19), /20 entries/);
});

test('a symbolic link is seen as one', () => {
  const zip = zipSync({ link: [text('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }] });
  assert.equal(readZip(zip, 10)[0]!.symlink, true);
});

test('cut, damaged and other files are refused with a reason, never a crash', () => {
  const zip = zipSync({ 'a.xml': text('<a>some text</a>') }, { level: 0 });
  assert.throws(() => readZip(text('not a zip'), 10), ZipError);
  assert.throws(() => readZip(new Uint8Array(), 10), ZipError);
  for (let length = 0; length < zip.length; length++) {
    assert.throws(() => readZip(zip.subarray(0, length), 10).map((e) => e.read(100)), ZipError, `cut at ${length}`);
  }
  const damaged = zip.slice();
  damaged[40]! ^= 0xff;
  assert.throws(() => readZip(damaged, 10)[0]!.read(100), /checksum/);
});
