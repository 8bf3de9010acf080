import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOf, parseContentType } from './content-type.ts';

test('media type and parameter names ignore case, values keep theirs', () => {
  const { media, parameters } = parseContentType('Application/SOAP+xml; Charset=UTF-8;action="urn:a;b\\"c"');
  assert.equal(media, 'application/soap+xml');
  assert.deepEqual(
    [...parameters],
    [
      ['charset', 'UTF-8'],
      ['action', 'urn:a;b"c'],
    ],
  );
});

test('no header is no media type', () => {
  assert.equal(parseContentType(undefined).media, '');
  assert.equal(parseContentType(' text/xml ;').media, 'text/xml');
});

test('the media type decides how a body is read', () => {
  const formats = [
    'application/json',
    'application/problem+json',
    'text/xml',
    'application/atom+xml',
    'text/csv',
    'application/pdf',
    '',
  ];
  assert.deepEqual(formats.map(formatOf), ['json', 'json', 'soap', 'pox', 'text', 'binary', 'binary']);
});
