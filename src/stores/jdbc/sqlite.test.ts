import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSqlite } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-sqlite-'));
after(() => rmSync(folder, { recursive: true }));

const word = (result: PromiseSettledResult<unknown>): string => result.status;

test('changes asked for at the same time are done together, and each fails by itself', async () => {
  const database = createSqlite({ kind: 'sqlite', file: join(folder, 'together.db') });
  await database.run('CREATE TABLE t (n INTEGER PRIMARY KEY)');
  const insert = (n: number): Promise<unknown> => database.run('INSERT INTO t (n) VALUES (?)', [n]);
  const all = await Promise.allSettled([insert(1), insert(2), insert(1), database.run('DELETE FROM none'), insert(3)]);
  assert.deepEqual(all.map(word), ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled']);
  const { rows } = await database.run('SELECT n FROM t ORDER BY n');
  assert.deepEqual(
    rows.map(({ n }) => n),
    [1, 2, 3],
  );
  await database.close();
});

test('a file that cannot be opened fails every change that waits for it, and the next one tries again', async () => {
  const database = createSqlite({ kind: 'sqlite', file: join(folder, 'missing', 'x.db') });
  const ask = (): Promise<unknown> => database.run('CREATE TABLE IF NOT EXISTS t (n INTEGER)');
  const all = await Promise.allSettled([ask(), ask()]);
  assert.deepEqual(all.map(word), ['rejected', 'rejected']);
  await assert.rejects(ask(), /unable to open/);
  await database.close();
});

test('only what says so may be undone by a power failure', async () => {
  const database = createSqlite({ kind: 'sqlite', file: join(folder, 'power.db') });
  // What SQLite itself says: 2 waits for the disk at each commit, 1 does not.
  const said = async (): Promise<unknown> =>
    (await database.run('SELECT synchronous FROM pragma_synchronous')).rows[0]?.['synchronous'];
  await database.run('CREATE TABLE t (n INTEGER)');
  await database.run('DELETE FROM t', [], 'maybe undone');
  assert.equal(await said(), 1);
  await database.run('INSERT INTO t (n) VALUES (1)');
  assert.equal(await said(), 2);
  await database.transaction(({ run }) => run('DELETE FROM t'), 'maybe undone');
  assert.equal(await said(), 1);
  await database.transaction(({ run }) => run('INSERT INTO t (n) VALUES (1)'));
  assert.equal(await said(), 2);
  await database.close();
});
