import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { bodyOf, tryOut, type TryOutOptions } from '../try-out.ts';

const echo: TryOutOptions = {
  endpoints: {
    e: (message) => message.reply(bodyOf('{"from":"e"}'), new Headers()),
    default: (message) => message.reply(bodyOf('{"from":"default"}'), new Headers()),
  },
};

test('the flow goes on while the answer is on its way', async () => {
  const done = await tryOut('<send><endpoint key="e"/></send><property name="after" value="1"/>', '{"q":1}', echo);
  assert.equal(done.outcome, 'next');
  assert.equal(done.message.properties.get('after'), '1');
  assert.deepEqual(done.answer?.body.json(), { from: 'e' });
});

test('without an endpoint a request goes to the default endpoint', async () => {
  const done = await tryOut('<send/>', '{}', echo);
  assert.deepEqual(done.answer?.body.json(), { from: 'default' });
});

test('RESPONSE=true and send answer the client; the steps after it still run', async () => {
  const flow =
    '<property name="RESPONSE" value="true"/><header name="To" action="remove"/><send/><property name="after" value="1"/>';
  const done = await tryOut(flow, '{"q":1}');
  assert.deepEqual(done.answer?.body.json(), { q: 1 });
  assert.equal(done.message.properties.get('after'), '1');
  assert.equal(done.answer?.properties.has('after'), false);
});

test('with OUT_ONLY what comes after does not change what is sent', async () => {
  const flow =
    '<property name="OUT_ONLY" value="true"/><send><endpoint key="e"/></send>' +
    '<payloadFactory media-type="json"><format>{"ok":true}</format></payloadFactory><respond/>';
  const done = await tryOut(flow, '{"q":1}', { endpoints: { e: () => undefined } });
  assert.deepEqual(done.sent[0]?.body.json(), { q: 1 });
  assert.deepEqual(done.answer?.body.json(), { ok: true });
});

const wsa = 'http://www.w3.org/2005/08/addressing';
const soap =
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><To xmlns="${wsa}">http://b/x</To>` +
  `<MessageID xmlns="${wsa}">urn:1</MessageID></s:Header><s:Body><a/></s:Body></s:Envelope>`;

function received(): Message {
  const request = {
    method: 'POST',
    target: '/services/p',
    protocol: 'http',
    version: '1.1',
    remoteAddress: '',
    receivedAt: 0,
  } as const;
  const message = new Message({ body: bodyOf(soap, 'text/xml'), request });
  message.addressing.to = request.target;
  return message;
}

test('without an endpoint the To of the WS-Addressing headers counts, unless the flow said otherwise', async () => {
  const addressed = await tryOut('<send/>', received(), echo);
  assert.deepEqual(
    [addressed.sent[0]?.addressing.to, addressed.sent[0]?.addressing.messageId],
    ['http://b/x', 'urn:1'],
  );
  const set = await tryOut('<header name="To" value="http://c/"/><send/>', received(), echo);
  assert.equal(set.sent[0]?.addressing.to, 'http://c/');
  const removed = await tryOut('<header name="To" action="remove"/><send/>', received(), echo);
  assert.equal(removed.sent[0]?.addressing.to, undefined);
});
