import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import type { MessageStore } from '../engine/ports.ts';
import { JDBC, openAsWritten, stored } from './fixtures.ts';
import { ReadAhead } from './read-ahead.ts';

let folder: string;
let clock: VirtualClock;
let store: MessageStore;
let other: MessageStore;
let ahead: ReadAhead;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-ahead-'));
  clock = new VirtualClock();
  const parameters = { 'store.jdbc.connection.url': `jdbc:sqlite:${join(folder, 'messages.db')}` };
  [store, other] = [openAsWritten(JDBC, parameters), openAsWritten(JDBC, parameters)];
  ahead = new ReadAhead(clock);
});

afterEach(async () => {
  await Promise.all([store.close(), other.close()]);
  rmSync(folder, { recursive: true });
});

/** Takes so many, removing each. */
async function take(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const message = ahead.next ?? (await ahead.more()) ?? (await ahead.readFromBeginning(store));
    if (!message) break;
    ids.push(message.id);
    if (await store.remove(message.id)) ahead.pass(store);
    else ahead.forget();
  }
  return ids;
}

const put = async (...ids: readonly string[]): Promise<void> => {
  for (const id of ids) await other.put(stored(id));
};

test('all come in order, also those that are stored meanwhile', async () => {
  const ids = Array.from({ length: 150 }, (_, i) => `m${i}`);
  await put(...ids.slice(0, 100));
  const first = await take(70);
  await put(...ids.slice(100));
  assert.deepEqual([...first, ...(await take(1_000))], ids);
});

test('what another process removed is not handed out half a second later', async () => {
  await put('a', 'b', 'c', 'd');
  await take(2);
  assert.equal(await other.purge(), 2);
  await clock.advance(500);
  assert.equal(ahead.next, undefined);
  assert.equal(await ahead.readFromBeginning(store), undefined);
});

test('a message that proves to be gone makes it look anew at once', async () => {
  await put('a', 'b', 'c', 'd');
  await take(1);
  assert.equal((await ahead.more())?.id, 'b');
  await other.remove('b');
  await other.remove('c');
  assert.deepEqual(await take(2), ['b', 'd']);
});

test('large messages are read one at a time, once it has seen one', async () => {
  const large = (id: string): Promise<void> => other.put({ ...stored(id), body: new Uint8Array(300_000) });
  for (const id of ['x', 'y', 'z']) await large(id);
  await take(1);
  assert.equal((await ahead.more())?.id, 'y');
  // It read no further than y, so it sees what happened to z.
  await other.remove('z');
  assert.deepEqual(await take(2), ['y']);
});

test('a message that was stored twice is there twice, and each removal takes one', async () => {
  await put('a', 'a', 'b');
  const two = await store.peekMany!(3);
  assert.deepEqual(two.map(({ id }) => id), ['a', 'a', 'b']); // prettier-ignore
  assert.equal(await store.removeMany!(['a', 'a']), 2);
  assert.deepEqual((await store.browse(10)).map(({ id }) => id), ['b']); // prettier-ignore
});
