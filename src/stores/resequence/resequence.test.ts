import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import { messageStore } from '../../artifacts/kinds/message-store.ts';
import type { MessageStoreConfig } from '../../artifacts/kinds/types.ts';
import { ElementReader, readElement } from '../../artifacts/shape/reader.ts';
import { createVocabulary } from '../../artifacts/shape/vocabulary.ts';
import { writeElement } from '../../artifacts/shape/writer.ts';
import type { MessageStore } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { openAsWritten, RESEQUENCE, storeFrom, stored } from '../fixtures.ts';
import { isNext } from './order.ts';

const numbered = (number: number | string) => ({ ...stored(`m${number}`), body: Buffer.from(`{"n":"${number}"}`) });
const parameters = {
  'store.jdbc.connection.url': 'jdbc:sqlite::memory:',
  'store.resequence.id.path': 'json-eval($.n)',
};

async function take(store: MessageStore): Promise<string | undefined> {
  const head = await store.peek();
  if (head) await store.remove(head.id, { artifact: 'messageProcessor/p', token: 1 });
  return head?.id;
}

test('messages come out in the order of their numbers, and a missing one is waited for', async () => {
  const store = openAsWritten(RESEQUENCE, parameters);
  for (const n of [3, 1]) await store.put(numbered(n));
  assert.equal(await take(store), 'm1');
  assert.equal(await take(store), undefined);
  await store.put(numbered(2));
  assert.deepEqual([await take(store), await take(store), await take(store)], ['m2', 'm3', undefined]);
  await store.close();
});

test('after the time-out the lowest number goes; one that comes late goes at once', async () => {
  const clock = new VirtualClock();
  const store = openAsWritten(RESEQUENCE, { ...parameters, 'store.resequence.timeout': '10' }, { clock });
  for (const n of [5, 4]) await store.put(numbered(n));
  assert.equal(await take(store), undefined);
  await clock.advance(9_999);
  assert.equal(await take(store), undefined);
  await clock.advance(1);
  assert.deepEqual([await take(store), await take(store)], ['m4', 'm5']);
  await store.put(numbered(2));
  assert.equal(await take(store), 'm2');
  await store.put(numbered(6));
  assert.equal(await take(store), 'm6');
  await store.close();
});

test('a message without a number is refused', async () => {
  const store = openAsWritten(RESEQUENCE, parameters);
  for (const n of ['', 'x', '0', '1.5'])
    await assert.rejects(
      store.put(numbered(n)),
      (e) => Fault.is(e) && e.code === 'STORE_REFUSED' && /\$\.n/.test(e.message),
    );
  await store.close();
});

test('the path of the number is an attribute with its prefixes, and is written back so', async () => {
  const xml =
    `<messageStore xmlns="http://ws.apache.org/ns/synapse" name="R" class="${RESEQUENCE}">` +
    '<parameter name="store.jdbc.connection.url">jdbc:sqlite::memory:</parameter>' +
    '<parameter xmlns:m="urn:m" name="store.resequence.id.path" expression="substring-after(//m:order/m:id,\'-\')"/>' +
    '</messageStore>';
  const problems: string[] = [];
  const vocabulary = createVocabulary({});
  const reader = new ElementReader(parseXml(xml), {
    file: 'r.xml',
    vocabulary,
    report: ({ text }) => problems.push(text),
  });
  const config = readElement(messageStore, reader) as MessageStoreConfig;
  assert.deepEqual(problems, []);
  const store = storeFrom(config).store!;
  await store.put({
    ...stored('a'),
    contentType: 'application/xml',
    body: Buffer.from('<order xmlns="urn:m"><id>A-1</id></order>'),
  });
  assert.equal(await take(store), 'a');
  await store.close();
  const written = serializeXml(writeElement(messageStore, config));
  assert.match(written, /name="store.resequence.id.path" expression="substring-after\(\/\/m:order\/m:id,'-'\)"/);
  assert.match(written, /xmlns:m="urn:m"/);
});

test('what is next', () => {
  const facts = { last: 3, lowest: 4, gapMs: 0, timeoutMs: undefined } as const;
  assert.equal(isNext(facts), true);
  assert.equal(isNext({ ...facts, lowest: undefined }), false);
  assert.equal(isNext({ ...facts, lowest: 2 }), true);
  assert.equal(isNext({ ...facts, lowest: 5, gapMs: 1e9 }), false);
  assert.equal(isNext({ ...facts, lowest: 5, gapMs: 100, timeoutMs: 100 }), true);
});
