import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Doubtful } from './doubtful.ts';

test('what was acknowledged on a connection that broke is done when it comes again, once', () => {
  const doubtful = new Doubtful();
  doubtful.acknowledged('1', 'a');
  assert.equal(doubtful.isDone('1', 'a'), false);
  doubtful.reconnected();
  assert.equal(doubtful.isDone('1', Buffer.from('a')), true);
  assert.equal(doubtful.isDone('1', 'a'), false);
});

test('another content under the same id is another message, and one without an id is never known', () => {
  const doubtful = new Doubtful();
  doubtful.acknowledged('1', 'a');
  doubtful.acknowledged(undefined, 'b');
  doubtful.reconnected();
  assert.equal(doubtful.isDone('1', 'other'), false);
  assert.equal(doubtful.isDone(undefined, 'b'), false);
});

test('several connections that break in a row are remembered, the oldest messages forgotten', () => {
  const doubtful = new Doubtful();
  doubtful.acknowledged('first', '');
  doubtful.reconnected();
  doubtful.reconnected();
  for (let n = 0; n < 20_000; n++) doubtful.acknowledged(String(n), '');
  doubtful.reconnected();
  assert.equal(doubtful.isDone('first', ''), false);
  assert.equal(doubtful.isDone('0', ''), true);
});
