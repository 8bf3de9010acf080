/** Read this first: an order comes in, is checked, priced by a backend, and answered; what goes wrong is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headers } from '../message/headers.ts';
import { bodyOf, tryOut, type TryOut } from './try-out.ts';

const flow = `
  <log level="custom"><property name="order" expression="json-eval($.id)"/></log>
  <filter xpath="\${not(exists(payload.items))}">
    <then><throwError type="EMPTY_ORDER" errorMessage="\${'order ' + payload.id + ' has no items'}"/></then>
  </filter>
  <variable name="order" expression="\${payload}"/>
  <payloadFactory media-type="xml">
    <format><p:priceRequest xmlns:p="urn:prices"><p:count>$1</p:count></p:priceRequest></format>
    <args><arg expression="json-eval($.items.length())"/></args>
  </payloadFactory>
  <header name="Action" value="urn:price"/>
  <call><endpoint key="prices"/></call>
  <property xmlns:p="urn:prices" name="total" expression="//p:total" type="DOUBLE"/>
  <switch source="get-property('total')">
    <case regex="0(\\.0)?"><property name="HTTP_SC" value="204" scope="axis2" type="INTEGER"/><property name="NO_ENTITY_BODY" value="true" scope="axis2"/></case>
    <default>
      <payloadFactory media-type="json">
        <format>{"id": \${vars.order.id}, "total": $1}</format>
        <args><arg expression="get-property('total')"/></args>
      </payloadFactory>
      <property name="HTTP_SC" value="201" scope="axis2" type="INTEGER"/>
    </default>
  </switch>
  <respond/>`;

const run = (order: string, total: string): Promise<TryOut> =>
  tryOut(flow, order, {
    endpoints: {
      prices: (message) =>
        message.reply(bodyOf(`<p:prices xmlns:p="urn:prices"><p:total>${total}</p:total></p:prices>`), new Headers()),
    },
  });

test('an order is priced by the backend and answered as JSON', async () => {
  const done = await run('{"id":"A-7","items":[1,2]}', '30');
  assert.deepEqual(done.problems, []);
  assert.equal(done.fault?.describe(), undefined);
  assert.equal(done.sent[0]?.body.payload()?.text, '2');
  assert.equal(done.sent[0]?.addressing.action, 'urn:price');
  assert.equal(done.answer?.body.text(), '{"id": "A-7", "total": 30.0}');
  assert.equal(done.answer?.axis2.get('HTTP_SC'), 201);
  assert.match(done.log.join(''), /order = A-7/);
});

test('a free order is answered without a body', async () => {
  const done = await run('{"id":"A-8","items":[1]}', '0');
  assert.equal(done.answer?.axis2.get('NO_ENTITY_BODY'), 'true');
});

test('an order without items is a fault of the flow’s own, with the place in the file', async () => {
  const { fault } = await run('{"id":"A-9"}', '1');
  assert.equal(fault?.code, 'CUSTOM');
  assert.equal(fault.message, 'order A-9 has no items');
  assert.deepEqual(fault.trail, ['filter', 'throwError']);
  assert.equal(fault.at?.file, 'flow.xml');
});
