import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundFile } from './file-system.ts';
import { filesToTake } from './shares.ts';

const files: readonly FoundFile[] = Array.from({ length: 3_000 }, (_, n) => ({
  path: `/in/${n}.json`,
  name: `${n}.json`,
  size: 1,
  modifiedAt: 0,
}));
const members = ['r4f09a2b1', 'r00c1d2e3', 'rdeadbeef'];
const taken = (mine: string, all: readonly string[], waited = 0): readonly string[] =>
  filesToTake({ mine, members: all }, files, () => waited).map(({ name }) => name);

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

test('what another has left for two seconds is taken once nothing of its own waits, a share at a time', () => {
  const [first, second] = members as [string, string];
  const others = files.filter(({ name }) => taken(second, [first, second]).includes(name));
  const share = { mine: first, members: [first, second] };
  assert.deepEqual(
    filesToTake(share, others, () => 1_999),
    [],
  );
  assert.deepEqual(
    filesToTake(share, others, () => 2_000),
    others.slice(0, others.length / 2),
  );
  const own = files.filter((file) => !others.includes(file));
  assert.deepEqual(
    filesToTake(share, files, () => 2_000),
    own,
  );
});
