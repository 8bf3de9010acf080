import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundFile } from '../systems/file-system.ts';
import { filesToTake, type Share } from './shares.ts';

const files: readonly FoundFile[] = Array.from({ length: 3_000 }, (_, n) => ({
  path: `/in/${n}.json`,
  name: `${n}.json`,
  size: 1,
  modifiedAt: 0,
}));
const members = ['r4f09a2b1', 'r00c1d2e3', 'rdeadbeef'];
const shareOf = (mine: string, all: readonly string[], waited = 0, atOneFile = 0): Share => ({
  mine,
  members: all,
  waitedMs: () => waited,
  atOneFileMs: () => atOneFile,
});
const taken = (mine: string, all: readonly string[]): readonly string[] =>
  filesToTake(shareOf(mine, all), files).map(({ name }) => name);

test('replicas that see each other divide the files evenly, and leave none out', () => {
  const parts = members.map((mine) => taken(mine, members));
  assert.equal(new Set(parts.flat()).size, files.length);
  assert.equal(parts.flat().length, files.length);
  const sizes = parts.map((part) => part.length);
  assert.ok(Math.max(...sizes) - Math.min(...sizes) < 100, `${sizes.join(', ')} of ${files.length}`);
});

test('a replica that sees no other takes every file, in the order given', () => {
  assert.deepEqual(
    taken('r4f09a2b1', []),
    files.map(({ name }) => name),
  );
});

test('when a replica goes, the files of the others stay theirs', () => {
  const [first, , third] = members as [string, string, string];
  const before = new Set(taken(first, members));
  const after = taken(first, [first, third]);
  assert.ok([...before].every((name) => after.includes(name)));
  assert.ok(after.length > before.size);
});

test('a replica that has nothing of its own helps one that is held up after two seconds, any other after ten', () => {
  const [first, second] = members as [string, string];
  const both = [first, second];
  const others = files.filter(({ name }) => taken(second, both).includes(name));
  const own = files.filter((file) => !others.includes(file));
  const aShare = others.slice(0, others.length / 2);
  assert.deepEqual(filesToTake(shareOf(first, both, 1_999, 60_000), others), []);
  assert.deepEqual(filesToTake(shareOf(first, both, 2_000, 2_000), others), aShare);
  assert.deepEqual(filesToTake(shareOf(first, both, 9_999, 1_999), others), []);
  assert.deepEqual(filesToTake(shareOf(first, both, 10_000, 0), others), aShare);
  assert.deepEqual(filesToTake(shareOf(first, both, 10_000, 0), files), own);
});
