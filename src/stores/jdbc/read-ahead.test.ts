import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import type { MessageStore } from '../../engine/ports.ts';
import { JDBC, openAsWritten, stored } from '../fixtures.ts';

let folder: string;
let clock: VirtualClock;
let reader: MessageStore;
let other: MessageStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-ahead-'));
  clock = new VirtualClock();
  const parameters = { 'store.jdbc.connection.url': `jdbc:sqlite:${join(folder, 'messages.db')}` };
  [reader, other] = [openAsWritten(JDBC, parameters, { clock }), openAsWritten(JDBC, parameters, { clock })];
  for (const id of ['a', 'b', 'c', 'd']) await other.put(stored(id));
  // From now on it reads several together.
  assert.equal((await reader.peek())?.id, 'a');
  await reader.remove('a');
  assert.equal((await reader.peek())?.id, 'b');
});

afterEach(async () => {
  await Promise.all([reader.close(), other.close()]);
  rmSync(folder, { recursive: true });
});

test('what another process removed is not handed out half a second later', async () => {
  assert.equal(await other.purge(), 3);
  await clock.advance(500);
  assert.equal((await reader.peek())?.id, undefined);
});

test('a message that proves to be gone makes it look anew at once', async () => {
  await other.remove('b');
  await other.remove('c');
  assert.equal(await reader.remove('b'), false);
  assert.equal((await reader.peek())?.id, 'd');
});

test('who takes the store over after others looks anew', async () => {
  await other.remove('b');
  await reader.release!();
  assert.equal((await reader.peek())?.id, 'c');
});

test('large messages are read one at a time, once it has seen one', async () => {
  await reader.purge();
  const large = (id: string): Promise<void> => other.put({ ...stored(id), body: new Uint8Array(300_000) });
  await large('x');
  assert.equal((await reader.peek())?.id, 'x');
  await reader.remove('x');
  await large('y');
  await large('z');
  assert.equal((await reader.peek())?.id, 'y');
  await reader.remove('y');
  // It read no further than y, so it sees what happened to z.
  await other.remove('z');
  assert.equal((await reader.peek())?.id, undefined);
});
