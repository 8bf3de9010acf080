import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Body } from '../../message/body.ts';
import { Message } from '../../message/message.ts';
import { messageOf, tryOut } from '../try-out.ts';

const text = (lines: readonly string[]): string =>
  lines
    .join('')
    .replace(/^.*?\{LogMediator\} - /, '')
    .trimEnd();

test('a simple line has addresses, id and direction, as MI writes it', async () => {
  const message = messageOf({ body: '<a/>', headers: { SOAPAction: '"urn:get"' } });
  Object.assign(message.addressing, { to: '/x', from: 'urn:f', action: 'urn:get', replyTo: 'urn:r' });
  const { log } = await tryOut('<log/>', message);
  assert.equal(
    text(log),
    `To: /x, From: urn:f, WSAction: urn:get, SOAPAction: urn:get, ReplyTo: urn:r, MessageID: ${message.id}, Direction: request`,
  );
});

test('a custom line has only what is written', async () => {
  const flow =
    '<log level="custom" separator=" | "><property name="a" value="1"/><property name="b" expression="//b"/></log>';
  assert.equal(text((await tryOut(flow, '<x><b>2</b></x>')).log), 'a = 1 | b = 2');
  const absent = '<log level="custom"><property name="p" expression="get-property(\'absent\')"/></log>';
  assert.equal(text((await tryOut(absent)).log), 'p = null', 'what is not there, as MI writes it');
});

test('a full line ends with the body', async () => {
  assert.match(text((await tryOut('<log level="full"/>', '{"a": 1}')).log), /Direction: request, Payload: \{"a": 1\}$/);
  assert.match(text((await tryOut('<log level="full"/>', '<a/>')).log), /Envelope: <soapenv:Envelope .*<a\/>/);
});

test('a line of headers has the SOAP headers', async () => {
  const body =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><h xmlns="urn:h">1</h></s:Header><s:Body/></s:Envelope>';
  assert.equal(text((await tryOut('<log level="headers"/>', { body, contentType: 'text/xml' })).log), 'h : 1');
});

test('a message text comes first; category is the level; \\n separates lines', async () => {
  const flow =
    '<log category="ERROR" separator="\\n"><message>order ${payload.id}</message><property name="a" value="1"/></log>';
  const { log } = await tryOut(flow, '{"id":7}');
  assert.match(log.join(''), /ERROR \{LogMediator\} - order 7\na = 1/);
});

test('a simple or custom line leaves a body on its way unread', async () => {
  let read = false;
  const stream = (async function* () {
    read = true;
    yield new TextEncoder().encode('{}');
  })();
  const message = new Message({ body: Body.stream(stream, 'application/json') });
  const flow =
    '<log/><log level="custom"><property name="p" expression="get-property(\'p\')"/></log><filter xpath="get-property(\'p\')"><drop/></filter>';
  const done = tryOut(flow, message);
  assert.equal(read, false);
  assert.equal(message.body.form, 'stream');
  await done;
});

test('a level that is none of the four counts as simple, with a warning', async () => {
  const { log, problems } = await tryOut('<log level="none"/>', '<a/>');
  assert.deepEqual(
    problems.map((p) => [p.code, p.level]),
    [['BAD_VALUE', 'warning']],
  );
  assert.match(text(log), /^To: , MessageID: /);
});
