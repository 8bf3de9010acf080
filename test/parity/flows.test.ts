import assert from 'node:assert/strict';
import { parity } from './cases.ts';
import { soap } from './house.ts';

const ns = 'xmlns="http://ws.apache.org/ns/synapse"';
const echo = '<endpoint><address uri="BACKEND/echo"/></endpoint>';
const json = '<endpoint><address uri="BACKEND/json"/></endpoint>';
const ann = { name: 'Ann', n: [1, 2] };
const header = (name: string): string => `<property name="${name}" value="1" scope="transport"/>`;
const axis2 = (name: string, value: string): string => `<property name="${name}" value="${value}" scope="axis2"/>`;
const say = (expression: string): string =>
  `<payloadFactory media-type="text"><format>[$1]</format><args><arg expression="${expression}"/></args></payloadFactory><respond/>`;
const asked = { type: 'text/xml', headers: { SOAPAction: '"urn:ask"' }, body: soap('<ask/>') };

parity('flows', [
  {
    name: 'the answer of a send with receive goes to that sequence, not to the out sequence',
    proxy: true,
    in: `<send receive="Receiver">${echo}</send>`,
    out: `${header('X-Out')}<send/>`,
    with: { 'sequences/Receiver.xml': `<sequence ${ns} name="Receiver">${header('X-Received')}<send/></sequence>` },
    ...asked,
    expect: { headers: { 'x-received': '1', 'x-out': null } },
  },
  {
    name: 'an out sequence may send on to another endpoint and gets that answer too',
    proxy: true,
    in: `<send>${json}</send>`,
    out: '<filter source="$ctx:round" regex="2"><then><send/></then><else><property name="round" value="2"/><send><endpoint><address uri="BACKEND/xml"/></endpoint></send></else></filter>',
    ...asked,
    expect: { body: '<r><name>Ann</name></r>' },
  },
  {
    name: 'one sequence with in and out serves both directions',
    proxy: true,
    in: '<sequence key="Both"/>',
    out: '<sequence key="Both"/>',
    with: {
      'sequences/Both.xml': `<sequence ${ns} name="Both"><in><send>${echo}</send></in><out>${header('X-Out')}<send/></out></sequence>`,
    },
    ...asked,
    expect: { headers: { 'x-out': '1' } },
  },
  {
    name: 'steps after an out-only send still run, and the client gets their answer',
    in: `<property name="OUT_ONLY" value="true"/><send>${echo}</send><respond/>`,
    body: '{"a":1}',
    expect: { json: { a: 1 } },
  },
  {
    name: 'FORCE_SC_ACCEPTED answers 202',
    in: `${axis2('FORCE_SC_ACCEPTED', 'true')}<property name="OUT_ONLY" value="true"/><send>${echo}</send>`,
    body: '{}',
    expect: { status: 202 },
  },
  {
    name: 'loopback goes on in the out sequence with the same message',
    in: '<loopback/>',
    out: `${axis2('HTTP_SC', '203')}<send/>`,
    body: '{"a":1}',
    expect: { status: 203, json: { a: 1 } },
  },
  {
    name: 'an endpoint is found by a computed key',
    in: '<property name="k" value="Computed"/><call><endpoint key-expression="$ctx:k"/></call><respond/>',
    with: { 'endpoints/Computed.xml': `<endpoint ${ns} name="Computed"><address uri="BACKEND/json"/></endpoint>` },
    body: '{}',
    expect: { json: ann },
  },
  {
    name: 'a sequence is found by a computed key',
    in: '<property name="k" value="Chosen"/><sequence key="{$ctx:k}"/>',
    with: { 'sequences/Chosen.xml': `<sequence ${ns} name="Chosen">${say("'chosen'")}</sequence>` },
    expect: { body: '[chosen]' },
  },
  {
    name: 'an endpoint is made from a template',
    in: '<call><endpoint key="Made"/></call><respond/>',
    with: {
      'templates/To.xml': `<template ${ns} name="To"><parameter name="uri"/><endpoint name="$name"><address uri="$uri"/></endpoint></template>`,
      'endpoints/Made.xml': `<endpoint ${ns} name="Made" template="To" uri="BACKEND/json"/>`,
    },
    body: '{}',
    expect: { json: ann },
  },
  {
    name: 'a template has defaults for parameters that are not given',
    in: '<call-template target="Say"><with-param name="a" value="{json-eval($.s)}"/></call-template>',
    with: {
      'templates/Say.xml': `<template ${ns} name="Say"><parameter name="a"/><parameter name="b" defaultValue="d"/><sequence>${say("concat($func:a,get-property('func','b'))")}</sequence></template>`,
    },
    body: '{"s":"t"}',
    expect: { body: '[td]' },
  },
  {
    name: 'failover goes on with the next member, and so does loadbalance',
    in: ['failover', 'loadbalance']
      .map(
        (group) =>
          `<call><endpoint><${group}><endpoint><address uri="NOBODY/x"/></endpoint>${echo}</${group}></endpoint></call>`,
      )
      .join('')
      .concat('<respond/>'),
    body: '{"a":1}',
    expect: { json: { a: 1 }, backend: (received) => assert.equal(received.length, 2) },
  },
  {
    name: 'a send to a recipient list reaches every member, and the client gets one answer',
    in: `<send><endpoint><recipientlist>${echo}${echo}</recipientlist></endpoint></send>`,
    body: '{"a":1}',
    expect: { json: { a: 1 }, backend: (received) => assert.equal(received.length, 2) },
  },
  {
    name: 'an address endpoint gets the rest of the path unless the flow removes it',
    in: `<call>${echo}</call><property name="REST_URL_POSTFIX" scope="axis2" action="remove"/><call>${echo}</call><respond/>`,
    path: '/x?y=1',
    expect: {
      backend: (received) =>
        assert.deepEqual(
          received.map((r) => r.url),
          ['/echo/x?y=1', '/echo'],
        ),
    },
  },
  {
    name: 'an http endpoint encodes its variables, and not those with a plus',
    in: '<property name="uri.var.a" value="x y/z"/><call><endpoint><http method="post" uri-template="BACKEND/echo/{uri.var.a}/{+uri.var.a}?q={query.param.q}"/></endpoint></call><respond/>',
    path: '/?q=1',
    expect: { backend: ([r]) => assert.equal(r?.url, '/echo/x%20y%2Fz/x%20y/z?q=1') },
  },
  {
    name: 'format="get" sends the children of the payload as a query',
    in: '<call><endpoint><address uri="BACKEND/echo" format="get"/></endpoint></call><respond/>',
    body: '<a><x>1</x><y>z</y></a>',
    expect: { backend: ([r]) => assert.equal(`${r?.method} ${r?.url} ${r?.body}`, 'GET /echo?x=1&y=z ') },
  },
  {
    name: 'HTTP_METHOD is the method that is sent',
    in: `${axis2('HTTP_METHOD', 'PUT')}<call>${echo}</call><respond/>`,
    body: '{}',
    expect: { backend: ([r]) => assert.equal(r?.method, 'PUT') },
  },
  {
    name: 'a call with a target property leaves the body alone',
    in: `<call>${json}<target type="property">p</target></call><payloadFactory media-type="json"><format>{"p":$1,"s":$2}</format><args><arg expression="$ctx:p"/><arg evaluator="json" expression="$.s"/></args></payloadFactory><respond/>`,
    body: '{"s":7}',
    expect: { json: { p: ann, s: 7 } },
  },
  {
    name: 'a source that finds nothing matches only an expression that takes the empty text',
    in: `<filter source="json-eval($.none)" regex=".+"><then>${axis2('HTTP_SC', '500')}</then><else><switch source="json-eval($.none)"><case regex="">${axis2('HTTP_SC', '203')}</case></switch></else></filter><respond/>`,
    body: '{}',
    expect: { status: 203 },
  },
]);
