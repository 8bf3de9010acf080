import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShape } from '../../artifacts/parameters.ts';
import type { Term } from '../../engine/ports.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { messageOf } from './incoming.ts';
import { consumingParameters } from './parameters.ts';
import { Partition, type Fetched } from './partition.ts';

/** What a flow is given of these records, taken as one. */
function batchOf(contentType: string, ...texts: readonly string[]): string {
  const given = { 'group.id': 'g', 'batch.processing.enabled': 'true', contentType };
  const at = { file: 'in.xml', line: 1, column: 1 };
  const { config } = readShape(consumingParameters, new Map(Object.entries(given)), { what: 'It', at });
  const records = texts.map((text, offset): Fetched => ({
    offset,
    timestamp: 0,
    timestampType: 'CreateTime',
    key: null,
    value: Buffer.from(text),
    headers: [],
  }));
  const parts = { name: 'In', environment: emptyEnvironment } as ConsumerParts;
  const message = messageOf(records, new Partition('orders', 0, 0), config!, parts, { token: 1 } as Term);
  return Buffer.from(message.body.bytes()).toString();
}

test('a batch is an array of JSON, or <messages> around XML or text', () => {
  assert.equal(batchOf('application/json; charset=utf-8', '{"a":1}', '2'), '[{"a":1},2]');
  assert.equal(batchOf('text/xml', '<a/>', '<b/>'), '<messages><a/><b/></messages>');
  const text = '<text xmlns="http://ws.apache.org/commons/ns/payload">1 &lt; 2</text>';
  assert.equal(batchOf('text/plain', '1 < 2'), `<messages>${text}</messages>`);
});
