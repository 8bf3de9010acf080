import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentTypeRules } from './content-type.ts';

const rules = contentTypeRules(
  '<rules xmlns=""><jmsProperty>contentType</jmsProperty><bytesMessage>application/pdf</bytesMessage>' +
    '<default>application/xml</default></rules>',
);

test('a content type that is written counts for every message; without one nothing is known', () => {
  assert.equal(contentTypeRules('text/csv')({ body: 'x' }), 'text/csv');
  assert.equal(contentTypeRules(undefined)({ body: 'x' }), undefined);
});

test('of rules the first that knows an answer counts', () => {
  assert.equal(rules({ body: 'x', application_properties: { contentType: 'text/csv' } }), 'text/csv');
  assert.equal(rules({ body: { typecode: 0x75, content: Buffer.from('x') } }), 'application/pdf');
  assert.equal(rules({ body: 'x' }), 'application/xml');
});
