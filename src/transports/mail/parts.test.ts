import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from './header.ts';
import { partsOf } from './parts.ts';

const text = { part: '1.1', type: 'text/plain', size: 5 };
const html = { part: '1.2', type: 'text/html', size: 9 };
const both = { part: '1', type: 'multipart/alternative', childNodes: [text, html] };
const mixed = (...childNodes: Parameters<typeof partsOf>[0][]): Parameters<typeof partsOf>[0] => ({
  type: 'multipart/mixed',
  childNodes: [both, ...childNodes],
});
const attached = (part: string, type: string, filename: string): Parameters<typeof partsOf>[0] => ({
  part,
  type,
  size: 3,
  disposition: 'attachment',
  dispositionParameters: { filename },
});

test('XML and JSON come before text, attached or not, and text before HTML', () => {
  assert.equal(partsOf(mixed()).body?.part, '1.1');
  assert.equal(partsOf({ type: 'multipart/alternative', childNodes: [html] }).body?.part, '1.2');
  assert.equal(partsOf(mixed(attached('2', 'application/json', 'o.json'))).body?.part, '2');
  assert.equal(partsOf(mixed(attached('2', 'application/soap+xml', 'o.xml'))).body?.part, '2');
  assert.equal(partsOf({ type: 'multipart/mixed', childNodes: [attached('1', 'image/png', 'a.png')] }).body?.part, '1');
});

test('a mail that is not multipart is one text', () => {
  assert.deepEqual(partsOf({ type: 'TEXT/PLAIN', size: 2 }), {
    body: { part: 'TEXT', type: 'text/plain', size: 2, name: undefined },
    attachments: [],
  });
});

test('what is attached is listed; the other form of the text, and the body, are not', () => {
  const { attachments } = partsOf(
    mixed(
      attached('2', 'application/xml', 'o.xml'),
      attached('3', 'text/plain', 'n.txt'),
      attached('4', 'message/rfc822', ''),
    ),
  );
  assert.deepEqual(
    attachments.map(({ part, name }) => [part, name]),
    [
      ['3', 'n.txt'],
      ['4', ''],
    ],
  );
});

test('a header field may go over several lines', () => {
  const block = 'Received: from a\r\n\tby b\r\nX-Order:7\r\nSubject: a: b\r\n\r\n';
  assert.deepEqual(
    [...fieldsOf(block)],
    [
      ['Received', 'from a\tby b'],
      ['X-Order', '7'],
      ['Subject', 'a: b'],
    ],
  );
});
