import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyEnvironment } from '../../message/environment.ts';
import { messageOf, tryOut, type TryOutOptions } from '../try-out.ts';
import type { ExampleMessage } from '../../engine/ports.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { escapeWritten } from './json-values.ts';

async function make(xml: string, given?: string | ExampleMessage, options?: TryOutOptions): Promise<string> {
  const done = await tryOut(xml, given, options);
  assert.equal(done.fault?.describe(), undefined);
  return done.message.body.text();
}

const json = (format: string, args = ''): string =>
  `<payloadFactory media-type="json"><format><![CDATA[${format}]]></format><args>${args}</args></payloadFactory>`;
const xml = (format: string, args = ''): string =>
  `<payloadFactory media-type="xml"><format>${format}</format><args>${args}</args></payloadFactory>`;
const property = `<arg expression="get-property('p')"/>`;

test('JSON keeps the layout the author gave it', async () => {
  assert.equal(await make(json('\n{ "a" :\n  1 }\n')), '{ "a" :\n  1 }');
});

test('a text argument of JSON is escaped as a JSON string', async () => {
  const text = await make(json('{"v":"$1"}', property), { properties: { p: 'a"b\\c\n\td' } });
  assert.deepEqual(JSON.parse(text), { v: 'a"b\\c\n\td' });
});

test('any text argument between quotes gives JSON that reads back as that text', async () => {
  const plain = fc.string({ unit: 'binary' }).filter((s) => !/^\s*[{[]/.test(s) && !/>\s*$/.test(s));
  await fc.assert(
    fc.asyncProperty(plain, async (p) => {
      const text = await make(json('{"v":"$1"}', property), { properties: { p } });
      assert.deepEqual(JSON.parse(text), { v: p });
    }),
    { numRuns: 50 },
  );
});

test('an object argument goes into JSON as an object, even when the author put quotes around it', async () => {
  const given = '{"o":{"a":1}}';
  const arg = '<arg evaluator="json" expression="$.o"/>';
  assert.equal(await make(json('{"v":$1}', arg), given), '{"v":{"a":1}}');
  assert.equal(await make(json('{"v":"$1","w":2}', arg), given), '{"v":{"a":1},"w":2}');
});

test('a literal argument stays text whatever it looks like', async () => {
  const arg = `<arg literal="true" expression="get-property('p')"/>`;
  const text = await make(json('{"v":"$1"}', arg), { properties: { p: '{"a":1}' } });
  assert.deepEqual(JSON.parse(text), { v: '{"a":1}' });
  assert.equal(await make(json('{"v":"$1"}', arg), { properties: { p: '<a/>' } }), '{"v":"<a/>"}');
});

test('an XML argument becomes JSON', async () => {
  assert.equal(await make(json('{"v":$1}', property), { properties: { p: '<a><b>1</b></a>' } }), '{"v":{"a":{"b":1}}}');
});

test('a text that only looks like a list stays text between quotes', async () => {
  assert.equal(await make(json('{"v":"$1"}', property), { properties: { p: '[yyyy]' } }), '{"v":"[yyyy]"}');
});

test('QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON quotes strings, not numbers', async () => {
  const given = (p: string): ExampleMessage => ({ properties: { p, QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON: 'true' } });
  assert.equal(await make(json('{"v":$1}', property), given('abc')), '{"v":"abc"}');
  assert.equal(await make(json('{"v":$1}', property), given('12.5')), '{"v":12.5}');
});

test('an expression outside of quotes keeps its type, between quotes it becomes text', async () => {
  const given = '{"s":"x\\"y","n":1.50,"b":true,"o":{"a":"q\\"r"},"l":[1]}';
  const format = '{"s":${payload.s},"n":${payload.n},"b":"${payload.b}","o":"${payload.o}","l":${payload.l}}';
  const text = await make(json(format), given);
  assert.deepEqual(JSON.parse(text), { s: 'x"y', n: 1.5, b: 'true', o: '{"a":"q\\"r"}', l: [1] });
});

test('an escape that the author of a variable wrote counts as one in JSON', async () => {
  const text = await make(json('{"v":"${vars.v}"}'), { body: '{}', variables: { v: 'a\\nb "c"' } });
  assert.deepEqual(JSON.parse(text), { v: 'a\nb "c"' });
});

test('a text escaped for JSON is always the inside of a JSON string', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => typeof JSON.parse(`"${escapeWritten(text)}"`) === 'string'),
  );
});

test('XML text is escaped, elements and lists of elements are not', async () => {
  const given = { body: '<r><i>1</i><i>2</i></r>', properties: { p: 'a < b & "c"' } };
  const text = await make(
    xml('<x xmlns=""><t>$1</t><l>$2</l><e>${xpath("//i")}</e></x>', `${property}<arg expression="//i"/>`),
    given,
  );
  assert.equal(text, '<x><t>a &lt; b &amp; "c"</t><l><i>1</i><i>2</i></l><e><i>1</i><i>2</i></e></x>');
});

test('a JSON object becomes elements in XML', async () => {
  const arg = '<arg evaluator="json" expression="$.o"/>';
  assert.equal(
    await make(xml('<x xmlns=""><a>$1</a><b>${payload.o}</b></x>', arg), '{"o":{"n":1}}'),
    '<x><a><n>1</n></a><b><n>1</n></b></x>',
  );
});

test('operators of an expression in XML are not escaped away', async () => {
  const text = await make(xml('<x xmlns="">${payload.n &lt; 2 ? "few" : "many"}</x>'), '{"n":1}');
  assert.equal(text, '<x>few</x>');
});

test('white space between elements of the format is layout, inside of text it is not', async () => {
  assert.equal(await make(xml('\n <x xmlns="">\n  <a> 1 </a>\n </x>\n')), '<x><a> 1 </a></x>');
});

test('SOAP headers and version stay when only the body is made', async () => {
  const soap12 = 'http://www.w3.org/2003/05/soap-envelope';
  const body = `<e:Envelope xmlns:e="${soap12}"><e:Header><h xmlns="urn:h"/></e:Header><e:Body><old/></e:Body></e:Envelope>`;
  const done = await tryOut(xml('<new xmlns=""/>'), { body, contentType: 'application/soap+xml' });
  const envelope = done.message.body.envelope();
  assert.equal(envelope.uri, soap12);
  assert.equal(envelope.child('Header')?.elements()[0]?.uri, 'urn:h');
  assert.equal(serializeXml(done.message.body.payload()!), '<new/>');
  assert.equal(done.message.body.contentType, 'application/soap+xml');
});

test('a whole envelope replaces the envelope', async () => {
  const env = 'http://schemas.xmlsoap.org/soap/envelope/';
  const done = await tryOut(xml(`<s:Envelope xmlns:s="${env}"><s:Body><a xmlns=""/></s:Body></s:Envelope>`), '{"x":1}');
  assert.equal(serializeXml(done.message.body.payload()!), '<a/>');
});

test('the message is of the new media type from then on', async () => {
  const done = await tryOut(json('{}'), { body: '<a/>', headers: { 'content-type': 'text/xml' } });
  assert.equal(done.message.axis2.get('messageType'), 'application/json');
  assert.equal(done.message.headers.get('Content-Type'), 'application/json');
});

test('values that break the format are a fault of the flow', async () => {
  const done = await tryOut(xml('<x xmlns=""><![CDATA[<a>]]></x>'), '{}');
  assert.equal(done.fault, undefined, 'text in CDATA is text');
  const broken = await tryOut(
    `<payloadFactory><format><![CDATA[<a>$1]]></format><args>${property}</args></payloadFactory>`,
    { properties: { p: 'x' } },
  );
  assert.equal(broken.fault?.code, 'FORMAT_NOT_WELL_FORMED');
});

test('a format may lie under a key', async () => {
  const bytes = new TextEncoder().encode('{"v":"$1"}');
  const environment = {
    ...emptyEnvironment,
    resource: (key: string) =>
      key === 'conf:f.json' ? { key, mediaType: undefined, bytes, property: () => undefined } : undefined,
  };
  const flow = `<payloadFactory media-type="json"><format key="conf:f.json"/><args>${property}</args></payloadFactory>`;
  assert.equal(await make(flow, { properties: { p: 'x' } }, { environment }), '{"v":"x"}');
  const missing = await tryOut(flow.replace('f.json', 'g.json'), messageOf({}, environment));
  assert.equal(missing.fault?.code, 'RESOURCE_NOT_FOUND');
});

test('a FreeMarker template is filled in; what is wrong with it is said at load', async () => {
  const flow = (format: string): string =>
    `<payloadFactory media-type="json" template-type="FREEMARKER"><format><![CDATA[${format}]]></format><args><arg value="7"/></args></payloadFactory>`;
  assert.equal(
    await make(flow('[<#list payload.a.b as b>"${b}",</#list>${vars.x},${args.arg1}]'), {
      body: '{"a":{"b":[1,"two"]}}',
      variables: { x: '5' },
    }),
    '["1","two",5,7]',
  );
  const refused = await tryOut(flow('{\n<#if x>{}'), '{}');
  assert.deepEqual(
    refused.problems.map((p) => [p.code, p.text]),
    [
      [
        'BAD_EXPRESSION',
        'The FreeMarker template does not compile: <#if> is not closed (line 2, column 1 of the format).',
      ],
    ],
  );
  assert.equal(refused.fault?.code, 'EXPRESSION_FAILED');
  const missing = await tryOut(flow('${payload.nope}'), '{}');
  assert.equal(missing.fault?.code, 'EXPRESSION_FAILED');
});

test('an argument that is not there is reported at load and stays as written', async () => {
  const done = await tryOut(json('{"v":"$2"}', property), { properties: { p: 'x' } });
  assert.deepEqual(
    done.problems.map((p) => [p.code, p.level]),
    [['MISSING_ARGUMENT', 'warning']],
  );
  assert.equal(done.message.body.text(), '{"v":"$2"}');
});
