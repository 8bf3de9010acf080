import { parity, type Case } from './cases.ts';
import { soap, soap12 } from './house.ts';

const written = (type: string): string => `<property name="messageType" value="${type}" scope="axis2"/><respond/>`;
const fromJson = '<call><endpoint><http method="get" uri-template="BACKEND/json"/></endpoint></call>';
const soapHeaders = { SOAPAction: '"urn:ask"' };
const addressed = soap(
  '<ask/>',
  '<w:To xmlns:w="http://www.w3.org/2005/08/addressing">urn:there</w:To>' +
    '<w:MessageID xmlns:w="http://www.w3.org/2005/08/addressing">urn:m1</w:MessageID>',
);
const say = (expression: string): string =>
  `<payloadFactory media-type="text"><format>[$1]</format><args><arg expression="${expression}"/></args></payloadFactory><respond/>`;

/** How a body leaves when a flow says another messageType than the one it came with. */
const conversions: Case[] = (
  [
    ['application/json', '{"a":1}', 'application/xml', '<jsonObject><a>1</a></jsonObject>'],
    ['application/json', '{"a":1}', 'text/xml', '<jsonObject><a>1</a></jsonObject>'],
    ['application/json', '{"b":1,"c":"x"}', 'application/x-www-form-urlencoded', 'b=1&c=x'],
    ['application/xml', '<a>1</a>', 'text/xml', '<a>1</a>'],
    ['application/xml', '<a>1</a>', 'application/soap+xml', /2003\/05\/soap-envelope.*<a>1<\/a>/],
    ['application/xml', '<a><b>1</b></a>', 'application/json', '{"a":{"b":1}}'],
    ['text/xml', soap('<a>1</a>'), 'application/xml', '<a>1</a>'],
    ['text/xml', soap('<a>1</a>'), 'application/json', '{"a":1}'],
    ['application/x-www-form-urlencoded', 'b=1&c=x+y', 'application/json', '{"xformValues":{"b":1,"c":"x y"}}'],
    ['text/plain', 'hi', 'application/xml', '<text xmlns="http://ws.apache.org/commons/ns/payload">hi</text>'],
  ] as const
).map(([type, body, to, expected]) => ({
  name: `${type} leaves as ${to} when messageType says so`,
  in: written(to),
  type,
  body,
  expect: { body: expected },
}));

parity('bodies', [
  ...conversions,
  {
    name: 'JSON for a client that speaks SOAP 1.1 gets an envelope when it leaves as text/xml',
    proxy: true,
    in: fromJson + written('text/xml'),
    type: 'text/xml',
    headers: soapHeaders,
    body: soap('<ask/>'),
    expect: { body: /Envelope.*<jsonObject><name>Ann/, headers: { 'content-type': /^text\/xml/ } },
  },
  {
    name: 'plain XML for a client that speaks SOAP 1.2 gets its envelope when it leaves as application/soap+xml',
    proxy: true,
    in: `${fromJson}<payloadFactory media-type="xml"><format><z xmlns="">1</z></format></payloadFactory>${written('application/soap+xml')}`,
    type: 'application/soap+xml',
    body: soap12('<ask/>'),
    expect: { body: /2003\/05\/soap-envelope.*<z>1<\/z>/, headers: { 'content-type': /^application\/soap\+xml/ } },
  },
  {
    name: 'text/xml without a SOAPAction is plain XML and gets no envelope',
    in: fromJson + written('text/xml'),
    type: 'text/xml',
    body: '<ask/>',
    expect: { body: '<jsonObject><name>Ann</name><n>1</n><n>2</n></jsonObject>' },
  },
  {
    name: 'NO_ENTITY_BODY sends nothing',
    in: '<property name="NO_ENTITY_BODY" value="true" scope="axis2" type="BOOLEAN"/><respond/>',
    body: '{"a":1}',
    expect: { body: '' },
  },
  {
    name: 'CHARACTER_SET_ENCODING is the charset that is sent',
    in: `<property name="CHARACTER_SET_ENCODING" value="ISO-8859-1" scope="axis2"/>${written('application/xml')}`,
    body: '{"a":"x"}',
    expect: { headers: { 'content-type': 'application/xml; charset=ISO-8859-1' } },
  },
  {
    name: 'get-property sees the WS-Addressing headers once something has looked into the body',
    in: say("fn:concat(get-property('To'),' ',get-property('MessageID'),//nothing)"),
    type: 'text/xml',
    body: addressed,
    expect: { body: '[urn:there urn:m1]' },
  },
  {
    name: 'To is the path while nothing has looked into the body',
    proxy: true,
    in: say("get-property('To')"),
    type: 'text/xml',
    path: '/x',
    body: addressed,
    expect: { body: /^\[\/services\/P\d+\/x\]$/ },
  },
  {
    name: 'a number that the engine keeps prints as an integer',
    in: `<call><endpoint><http method="get" uri-template="BACKEND/status/404"/></endpoint></call>${say("get-property('axis2','HTTP_SC')")}`,
    expect: { status: 404, body: '[404]' },
  },
  {
    name: 'a number that XPath computes prints as a double',
    in: say('1 + 1'),
    expect: { body: '[2.0]' },
  },
]);
