import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headers } from '../../message/headers.ts';
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
