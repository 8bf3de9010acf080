import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Body } from './body.ts';
import { Headers } from './headers.ts';
import { Message } from './message.ts';

test('a reply has the properties and the conversation of its request, but its own headers, body and axis2 scope', () => {
  const request = new Message({ body: Body.text('q'), headers: Headers.from({ a: '1' }) });
  request.properties.set('p', 1);
  request.variables.set('v', 'x');
  request.axis2.set('messageType', 'text/plain');
  const reply = request.reply(Body.text('r'), new Headers());
  assert.equal(reply.direction, 'response');
  assert.equal(reply.conversation, request.conversation);
  assert.deepEqual([reply.properties.get('p'), reply.variables.get('v')], [1, 'x']);
  assert.deepEqual([reply.axis2.size, reply.headers.size, reply.body.text()], [0, 0, 'r']);
  reply.properties.set('p', 2);
  assert.equal(request.properties.get('p'), 1);
  assert.notEqual(reply.id, request.id);
});

test('messages without a conversation begin one each', () => {
  assert.notEqual(new Message().conversation.id, new Message().conversation.id);
});
