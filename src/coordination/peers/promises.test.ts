import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../fixtures/member.ts';
import type { Ask } from './messages.ts';
import { Promises } from './promises.ts';

const record = member('a', { boot: 'a', beat: 4 });

function ask(seq: number, fires?: Ask['fires']): Ask {
  return { v: 1, type: 'ask', deployment: 'shop', from: 'a', to: 'b', seq, ...(fires && { fires }) };
}

test('whoever has no record gets no promise', () => {
  const promises = new Promises();
  assert.equal(promises.ask(ask(1), 0), false);
  promises.note([record], 0);
  assert.equal(promises.ask(ask(2), 0), true);
  promises.note([], 10);
  assert.equal(promises.ask(ask(3), 10), false);
});

test('whoever is refused stays so until its record is a newer one', () => {
  const promises = new Promises();
  promises.note([record], 0);
  promises.refuse(record);
  assert.equal(promises.ask(ask(1), 0), false);
  promises.note([record], 1);
  promises.note([{ ...record, beat: 3 }], 2);
  promises.note([], 3);
  promises.note([record], 4);
  assert.equal(promises.ask(ask(2), 4), false);
  promises.note([{ ...record, beat: 5 }], 5);
  assert.equal(promises.ask(ask(3), 5), true);
});

test('a question that comes late is a sign of life and no news', () => {
  const promises = new Promises();
  promises.note([record], 0);
  const fires = { 'task/a': { token: 1, lastFire: 9, runs: 1 } };
  promises.ask(ask(2, fires), 100);
  promises.ask(ask(1), 200);
  assert.equal(promises.heardAt('a'), 200);
  assert.deepEqual(promises.firesOf('a'), fires);
});
