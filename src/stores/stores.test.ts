import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageStore } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import { failureOf, setAside, withoutFailure } from './dead-letter.ts';
import { withFailover } from './failover.ts';
import { JDBC, storeAsWritten, stored } from './fixtures.ts';
import { fromBytes, toBytes } from './jdbc/stored-bytes.ts';
import { memoryStore } from './memory/store.ts';
import { silentLogger } from '../log.ts';

test('a store class that Gantry lacks is named, with what runs instead', () => {
  const { store, problems } = storeAsWritten('x.OtherStore', {});
  assert.equal(store, undefined);
  assert.equal(problems[0]?.code, 'UNSUPPORTED_STORE');
  assert.match(problems[0].hint ?? '', /InMemoryStore.*JDBCMessageStore/);
});

test('a store refuses what its bound does not allow', async () => {
  const store = memoryStore('Small', 1);
  await store.put(stored('a'));
  assert.equal(store.waiting, 1);
  await assert.rejects(store.put(stored('b')), (error) => Fault.is(error) && error.code === 'STORE_FULL');
});

test('while a store cannot be reached its messages go to the failover store; what it refuses does not', async () => {
  const other = memoryStore('Other');
  let trouble = 'STORE_UNREACHABLE';
  const away: MessageStore = { ...memoryStore('Waiting'), put: () => Promise.reject(new Fault(trouble)) };
  const store = withFailover(away, 'Other', { store: () => other, log: silentLogger });
  await store.put(stored('a'));
  assert.deepEqual(await other.browse(10), [stored('a')]);
  trouble = 'STORE_FULL';
  await assert.rejects(store.put(stored('b')), (error) => Fault.is(error) && error.code === 'STORE_FULL');
});

test('a failover store that is not there, or the store itself, is as good as none', async () => {
  const parameters = { 'store.jdbc.connection.url': 'jdbc:sqlite:/nowhere/at/all.db' };
  for (const name of ['Missing', 'Waiting']) {
    const { store } = storeAsWritten(JDBC, { ...parameters, 'store.failover.message.store.name': name });
    await assert.rejects(store!.put(stored('a')), (error) => Fault.is(error) && error.code === 'STORE_UNREACHABLE');
  }
});

test('a message that failed tells why, and is what it was once that is taken off', () => {
  const failure = { store: 'Waiting', processor: 'P', reason: 'status 500', attempts: 4, at: 7 };
  const message = stored('a');
  const aside = setAside(message, failure);
  assert.deepEqual(failureOf(aside), failure);
  assert.equal(failureOf(message), undefined);
  assert.deepEqual(withoutFailure(aside), message);
});

test('a row that MI or somebody else wrote is named, with what to do', () => {
  const unreadable = (text: RegExp) => (error: unknown) =>
    Fault.is(error) && error.code === 'STORE_UNREADABLE' && text.test(error.message);
  assert.throws(() => fromBytes(Buffer.from('aced0005737200', 'hex'), 'row 7'), unreadable(/^row 7 .* by MI/));
  assert.throws(() => fromBytes(Buffer.from('<xml/>'), 'row 8'), unreadable(/^row 8 was not stored by Gantry/));
  assert.throws(() => fromBytes(toBytes(stored('a')).subarray(0, 20), 'row 9'), unreadable(/^row 9/));
});
