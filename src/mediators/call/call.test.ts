import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../errors.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { bodyOf, tryOut, type TryOutOptions } from '../try-out.ts';
import { valueText } from '../values.ts';

const answering = (body: string, status = 200): TryOutOptions => ({
  endpoints: {
    e(message: Message): Message {
      const reply = message.reply(bodyOf(body), Headers.from({ 'X-From': 'e' }));
      reply.axis2.set('HTTP_SC', status);
      return reply;
    },
  },
});
const call = (inside = '', attributes = ''): string => `<call ${attributes}><endpoint key="e"/>${inside}</call>`;

test('the answer replaces body, headers and axis2 properties, and leaves properties and variables', async () => {
  const flow =
    '<property name="p" value="1"/><variable name="v" value="2"/><property name="REST_URL_POSTFIX" value="/x" scope="axis2"/>' +
    call();
  const done = await tryOut(flow, { body: '{"q":1}', headers: { 'X-Mine': '1' } }, answering('{"a":2}'));
  const { message } = done;
  assert.deepEqual(message.body.json(), { a: 2 });
  assert.deepEqual([...message.headers], [['X-From', 'e']]);
  assert.deepEqual([...message.axis2], [['HTTP_SC', 200]]);
  assert.deepEqual([message.properties.get('p'), message.variables.get('v')], ['1', '2']);
  assert.equal(message.direction, 'response');
  assert.equal(done.sent[0]?.axis2.get('REST_URL_POSTFIX'), '/x');
});

test('an answer into a variable leaves the body as it was', async () => {
  const done = await tryOut(call('<target type="variable">v</target>'), '{"q":1}', answering('{"a":2}'));
  assert.deepEqual(done.message.body.json(), { q: 1 });
  assert.equal(valueText(done.message.variables.get('v')), '{"a":2}');
  assert.equal(done.message.axis2.get('HTTP_SC'), 200);
});

test('an XML answer into a property is an element', async () => {
  const done = await tryOut(
    call('<target type="property">p</target>') + '<property name="q" expression="$ctx:p//b"/>',
    '{}',
    answering('<a><b>1</b></a>'),
  );
  assert.equal(done.fault?.describe(), undefined);
  assert.equal(valueText(done.message.properties.get('p')), '<a><b>1</b></a>');
});

test('a source is sent instead of the body', async () => {
  const inline = await tryOut(
    call('<source type="inline" contentType="application/json">{"id": ${payload.q}}</source>'),
    '{"q":1}',
    answering('{}'),
  );
  assert.deepEqual(inline.sent[0]?.body.json(), { id: 1 });
  assert.equal(inline.sent[0]?.axis2.get('messageType'), 'application/json');
  const custom = await tryOut(
    call('<source type="custom">json-eval($.o)</source><target type="variable">v</target>'),
    '{"o":{"n":1}}',
    answering('{}'),
  );
  assert.deepEqual(custom.sent[0]?.body.json(), { n: 1 });
  assert.deepEqual(custom.message.body.json(), { o: { n: 1 } });
  const property = await tryOut(
    '<property name="p" value="&lt;x/>"/>' + call('<source type="property">p</source>'),
    '{}',
    answering('{}'),
  );
  assert.equal(property.sent[0]?.body.payload()?.local, 'x');
});

test('with OUT_ONLY the message goes on as it was', async () => {
  const done = await tryOut(
    '<property name="OUT_ONLY" value="true"/>' +
      call() +
      '<payloadFactory media-type="json"><format>{"next":1}</format></payloadFactory>',
    '{"q":1}',
    {
      endpoints: { e: () => undefined },
    },
  );
  assert.deepEqual(done.sent[0]?.body.json(), { q: 1 });
  assert.deepEqual(done.message.body.json(), { next: 1 });
});

test('an error answer is an answer, unless the call is blocking', async () => {
  const open = await tryOut(call(), '{}', answering('{"e":1}', 500));
  assert.equal(open.message.axis2.get('HTTP_SC'), 500);
  const blocking = await tryOut(call('', 'blocking="true"'), '{}', answering('{"e":1}', 500));
  assert.deepEqual([blocking.fault?.code, blocking.fault?.number], ['BLOCKING_CALL_FAILED', 401001]);
  assert.deepEqual(blocking.message.body.json(), {}, 'the fault sequence sees the request');
});

test('a SOAP fault answers a blocking call with a fault', async () => {
  const soap =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>';
  const done = await tryOut(call('', 'blocking="true"'), '<a/>', answering(soap));
  assert.match(done.fault?.message ?? '', /soapFault: no/);
});

test('a failure keeps its own number', async () => {
  const failing: TryOutOptions = {
    endpoints: {
      e() {
        throw new Fault('CONNECTION_TIMEOUT');
      },
    },
  };
  assert.equal((await tryOut(call(), '{}', failing)).fault?.number, 101504);
});
