import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SetAside } from './set-aside.ts';

test('a file that is set aside is tried again after a while, and said once for each reason', () => {
  const aside = new SetAside(100);
  assert.equal(aside.add('/in/a', 'EACCES', 0), 'new');
  assert.deepEqual([aside.has('/in/a', 99), aside.has('/in/a', 100), aside.has('/in/b', 0)], [true, false, false]);
  assert.equal(aside.add('/in/a', 'EACCES', 100), 'known');
  assert.equal(aside.add('/in/a', 'EIO', 200), 'new');
  aside.forget('/in/a');
  assert.equal(aside.has('/in/a', 200), false);
});

test('ten in a row are not about a file any more, unless one between them could be read', () => {
  const aside = new SetAside(100);
  const add = (n: number): string => aside.add(`/in/${n}`, 'EROFS', 0);
  for (let n = 0; n < 9; n++) assert.equal(add(n), 'new');
  aside.forget('/in/x');
  for (let n = 10; n < 19; n++) assert.equal(add(n), 'new');
  assert.equal(add(19), 'all');
});
