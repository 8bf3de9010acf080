import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Holder, MessageStore, StoredMessage } from '../../engine/ports.ts';
import { fromStored, toStored } from '../../engine/stored.ts';
import { copyMessage } from '../../engine/copy.ts';
import { Fault } from '../../errors.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { Message } from '../../message/message.ts';
import { bodyOf, messageOf, tryOut } from '../try-out.ts';

function storeInto(list: [StoredMessage, Holder | undefined][]): MessageStore {
  return {
    name: 's',
    durability: 'memory',
    put: async (message, by) => void list.push([message, by]),
    peek: async () => list[0]?.[0],
    remove: async () => false,
    count: async () => list.length,
    browse: async () => [],
    purge: async () => 0,
    close: async () => {},
  };
}

test('the message is stored as the sequence leaves it, whatever the sequence ends with', async () => {
  const stored: [StoredMessage, Holder | undefined][] = [];
  const done = await tryOut(
    '<store messageStore="s" sequence="mark"/>',
    { body: '{"a":1}', headers: { 'X-H': 'h' }, properties: { p: '1' } },
    { stores: { s: storeInto(stored) }, sequences: { mark: '<property name="marked" value="yes"/><drop/>' } },
  );
  assert.equal(done.outcome, 'next');
  assert.equal(done.message.properties.get('marked'), 'yes', 'what it changes stays with the message');
  const [message] = stored[0]!;
  assert.equal(new TextDecoder().decode(message.body), '{"a":1}');
  assert.deepEqual(message.properties, { p: '1', marked: 'yes' });
  assert.deepEqual(message.headers, [['X-H', 'h']]);
});

test('a stateful artifact stores with its token, and not at all once its term is lost', async () => {
  const stored: [StoredMessage, Holder | undefined][] = [];
  const fenced = (assertTerm: () => void): Message =>
    new Message({
      body: bodyOf('<a/>'),
      conversation: {
        id: '1',
        operation: new Map(),
        fence: { artifact: 'task/a', assert: assertTerm, token: 7, key: 'k' },
      },
    });
  await tryOut(
    '<store messageStore="s"/>',
    fenced(() => {}),
    { stores: { s: storeInto(stored) } },
  );
  assert.deepEqual(stored[0]?.[1], { artifact: 'task/a', token: 7 });
  const lost = fenced(() => {
    throw new Fault('TERM_LOST');
  });
  assert.equal(
    (await tryOut('<store messageStore="s"/>', lost, { stores: { s: storeInto(stored) } })).fault?.code,
    'TERM_LOST',
  );
  assert.equal(stored.length, 1);
});

test('a stored message comes back with body, headers, properties and addresses', () => {
  const message = messageOf({ body: '<a>ä</a>', headers: { 'X-H': 'h' }, properties: { p: '1' } });
  message.axis2.set('HTTP_METHOD', 'PUT');
  message.axis2.set('HTTP_SC', 202);
  message.properties.set('big', 12345678901234567890n);
  message.addressing.to = 'urn:to';
  const back = fromStored(toStored(message), emptyEnvironment);
  assert.equal(back.body.payload()?.text, 'ä');
  assert.equal(back.headers.get('x-h'), 'h');
  assert.deepEqual(
    [...back.properties],
    [
      ['p', '1'],
      ['big', '12345678901234567890'],
    ],
  );
  assert.deepEqual(
    [...back.axis2],
    [
      ['HTTP_METHOD', 'PUT'],
      ['HTTP_SC', 202],
    ],
  );
  assert.equal(back.addressing.to, 'urn:to');
});

test('a copied message changes on its own', async () => {
  const done = await tryOut('<property name="p" type="OM"><q xmlns=""/></property>', '<a><b/></a>');
  const copy = copyMessage(done.message);
  copy.body.payload()!.children = [];
  copy.body.touchXml();
  copy.properties.delete('p');
  copy.headers.set('X', '1');
  assert.equal(done.message.body.payload()?.elements().length, 1);
  assert.equal(done.message.properties.has('p'), true);
  assert.equal(done.message.headers.has('X'), false);
  assert.equal(copy.conversation, done.message.conversation);
});
