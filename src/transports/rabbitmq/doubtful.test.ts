import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from 'amqplib';
import { Doubtful } from './doubtful.ts';

function message(messageId: string | undefined, text: string): Message {
  return { content: Buffer.from(text), properties: { messageId }, fields: {} } as unknown as Message;
}

test('what was acknowledged on a connection that broke is done when it comes again, once', () => {
  const doubtful = new Doubtful();
  doubtful.acknowledged(message('1', 'a'));
  assert.equal(doubtful.isDone(message('1', 'a')), false);
  doubtful.reconnected();
  assert.equal(doubtful.isDone(message('1', 'a')), true);
  assert.equal(doubtful.isDone(message('1', 'a')), false);
});

test('another content under the same id is another message, and one without an id is never known', () => {
  const doubtful = new Doubtful();
  doubtful.acknowledged(message('1', 'a'));
  doubtful.acknowledged(message(undefined, 'b'));
  doubtful.reconnected();
  assert.equal(doubtful.isDone(message('1', 'other')), false);
  assert.equal(doubtful.isDone(message(undefined, 'b')), false);
});

test('several connections that break in a row are remembered, the oldest messages forgotten', () => {
  const doubtful = new Doubtful();
  doubtful.acknowledged(message('first', ''));
  doubtful.reconnected();
  doubtful.reconnected();
  for (let n = 0; n < 20_000; n++) doubtful.acknowledged(message(String(n), ''));
  doubtful.reconnected();
  assert.equal(doubtful.isDone(message('first', '')), false);
  assert.equal(doubtful.isDone(message('0', '')), true);
});
