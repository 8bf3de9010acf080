import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, destinationOf } from './destination.ts';

const jndi = { queues: new Map([['Orders', 'shop.orders']]), topics: new Map([['News', 'shop.news']]) };

test('a JNDI name stands for what the parameters say, or for itself', () => {
  assert.deepEqual(destinationOf('Orders', undefined, jndi), { kind: 'queue', name: 'shop.orders' });
  assert.deepEqual(destinationOf('News', undefined, jndi), { kind: 'topic', name: 'shop.news' });
  assert.deepEqual(destinationOf('other', undefined, jndi), { kind: 'queue', name: 'other' });
  assert.deepEqual(destinationOf('other', 'topic', jndi), { kind: 'topic', name: 'other' });
});

test("ActiveMQ's dynamic names say what they are, whatever the type", () => {
  assert.deepEqual(destinationOf('dynamicTopics/a/b', 'queue', jndi), { kind: 'topic', name: 'a/b' });
  assert.deepEqual(destinationOf('dynamicQueues/q', 'topic', jndi), { kind: 'queue', name: 'q' });
});

test('only topics get the prefix that the broker asks for', () => {
  assert.equal(addressOf({ kind: 'topic', name: 't' }, 'topic://'), 'topic://t');
  assert.equal(addressOf({ kind: 'topic', name: 't' }, ''), 't');
  assert.equal(addressOf({ kind: 'queue', name: 'q' }, 'topic://'), 'q');
});
