import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExampleMessage } from '../../engine/ports.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { tryOut, type TryOut } from '../try-out.ts';
import { valueText } from '../values.ts';

async function run(xml: string, given: string | ExampleMessage): Promise<TryOut> {
  const done = await tryOut(xml, given);
  assert.deepEqual(done.problems, []);
  assert.equal(done.fault?.describe(), undefined);
  return done;
}

const enrich = (source: string, target: string): string => `<enrich><source ${source}<target ${target}</enrich>`;
const payload = (done: TryOut): string => serializeXml(done.message.body.payload()!);

test('an element replaces, goes inside, or follows', async () => {
  const body = '<r><a>1</a><z/></r>';
  const from = 'type="inline"><n xmlns="">2</n></source>';
  assert.equal(payload(await run(enrich(from, 'xpath="//a"/>'), body)), '<r><n>2</n><z/></r>');
  assert.equal(payload(await run(enrich(from, 'action="child" xpath="//a"/>'), body)), '<r><a>1<n>2</n></a><z/></r>');
  assert.equal(payload(await run(enrich(from, 'action="sibling" xpath="//a"/>'), body)), '<r><a>1</a><n>2</n><z/></r>');
  assert.equal(payload(await run(enrich(from, 'type="body" action="sibling"/>'), body)), '<r><a>1</a><z/></r>');
});

test('a text put at an element, a text node or an attribute becomes its content', async () => {
  const given = { body: '<r><a k="0">1</a></r>', properties: { p: 'new' } };
  const from = 'type="property" property="p"/>';
  assert.equal(payload(await run(enrich(from, 'xpath="//a"/>'), given)), '<r><a k="0">new</a></r>');
  assert.equal(payload(await run(enrich(from, 'xpath="//a/text()"/>'), given)), '<r><a k="0">new</a></r>');
  assert.equal(payload(await run(enrich(from, 'xpath="//a/@k"/>'), given)), '<r><a k="new">1</a></r>');
});

test('an element put at a text node takes its place', async () => {
  const done = await run(enrich('xpath="//b"/>', 'action="child" xpath="//a/text()"/>'), '<r><a>1</a><b/></r>');
  assert.equal(payload(done), '<r><a><b/></a><b/></r>');
});

test('several nodes are kept in a property and put back all together', async () => {
  const flow =
    enrich('xpath="//l/*"/>', 'type="property" property="nodes"/>') +
    enrich('type="property" property="nodes"/>', 'xpath="//l"/>');
  assert.equal(payload(await run(flow, '<r><l><i>1</i><i>2</i></l></r>')), '<r><i>1</i><i>2</i></r>');
});

test('what is not cloned is moved', async () => {
  const flow = enrich('clone="false" xpath="//b"/>', 'action="child" xpath="//a"/>');
  assert.equal(payload(await run(flow, '<r><a/><b>1</b></r>')), '<r><a><b>1</b></a></r>');
});

test('a copy in a property does not change with the body', async () => {
  const flow =
    enrich('type="body"/>', 'type="property" property="p"/>') +
    enrich('type="inline"><x xmlns=""/></source>', 'type="body" action="child"/>');
  const done = await run(flow, '<r/>');
  assert.equal(valueText(done.message.properties.get('p')), '<r/>');
  assert.equal(payload(done), '<r><x/></r>');
});

test('a child goes into the element a property holds', async () => {
  const flow =
    '<property name="p" type="OM"><o xmlns=""/></property>' +
    enrich('type="inline"><x xmlns=""/></source>', 'type="property" property="p" action="child"/>');
  assert.equal(valueText((await run(flow, '<r/>')).message.properties.get('p')), '<o><x/></o>');
});

test('get-property as target changes the property', async () => {
  const flow = enrich('xpath="//a/text()"/>', `xpath="get-property('axis2','q')"/>`);
  assert.equal((await run(flow, '<r><a>1</a></r>')).message.axis2.get('q'), '1');
});

test('a header of the envelope can be a target', async () => {
  const body =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><t:k xmlns:t="urn:t">0</t:k></s:Header><s:Body><a>1</a></s:Body></s:Envelope>';
  const flow = enrich('xpath="//a/text()"/>', 'xmlns:t="urn:t" xpath="//t:k"/>');
  const done = await run(flow, { body, contentType: 'text/xml' });
  assert.equal(done.message.body.envelope().child('Header')?.text, '1');
});

test('only an envelope replaces the envelope', async () => {
  const done = await tryOut(enrich('type="inline"><a xmlns=""/></source>', 'type="envelope"/>'), '<r/>');
  assert.equal(done.fault?.code, 'NO_ENVELOPE');
});

test('an empty source leaves the target alone', async () => {
  const done = await run(enrich('xpath="//missing"/>', 'xpath="//a"/>'), '<r><a/></r>');
  assert.equal(payload(done), '<r><a/></r>');
  assert.match(done.log.join(''), /source is empty/);
});

test('JSON: a list in a property grows by children', async () => {
  const flow =
    enrich('type="inline">[]</source>', 'type="property" property="l"/>') +
    enrich('type="body"/>', 'type="property" property="l" action="child"/>').repeat(2);
  assert.equal(valueText((await run(flow, '{"a":1}')).message.properties.get('l')), '[{"a":1},{"a":1}]');
});

test('JSON: what is taken without cloning is gone from the body', async () => {
  const done = await run(
    enrich('clone="false" xpath="json-eval($.a)"/>', 'type="property" property="p"/>'),
    '{"a":{"b":1},"c":2}',
  );
  assert.deepEqual(done.message.body.json(), { c: 2 });
  assert.equal(valueText(done.message.properties.get('p')), '{"b":1}');
});

test('JSON: a text in a property that is JSON is put as JSON', async () => {
  const done = await run(enrich('type="property" property="p"/>', 'type="body"/>'), {
    body: '{}',
    properties: { p: '{"x":[1]}' },
  });
  assert.deepEqual(done.message.body.json(), { x: [1] });
});

test('JSON: expressions in an inline source are filled in', async () => {
  const done = await run(enrich(`type="inline">{"a": {json-eval($.n)}, "b": {$ctx:p}}</source>`, 'type="body"/>'), {
    body: '{"n":5}',
    properties: { p: 'say "x"' },
  });
  assert.deepEqual(done.message.body.json(), { a: 5, b: 'say "x"' });
});

test('JSON: a member is renamed by the target type key', async () => {
  const done = await run(
    enrich('type="inline">neu</source>', 'type="key" xpath="json-eval($.alt)"/>'),
    '{"alt":1,"b":2}',
  );
  assert.equal(done.message.body.text(), '{"neu":1,"b":2}');
});

test('JSON: removing and siblings', async () => {
  const removed = await run(enrich('type="body"/>', 'action="remove" xpath="json-eval($.a)"/>'), '{"a":1,"b":2}');
  assert.deepEqual(removed.message.body.json(), { b: 2 });
  const sibling = await tryOut(
    enrich('type="inline">1</source>', 'action="sibling" xpath="json-eval($.a)"/>'),
    '{"a":1}',
  );
  assert.equal(sibling.fault?.code, 'NOT_SUPPORTED');
});

test('the body an enrich changed does not change the values taken from it', async () => {
  const flow =
    enrich('xpath="json-eval($.o)"/>', 'type="variable" variable="v"/>') +
    enrich('type="inline">2</source>', 'xpath="json-eval($.o.n)"/>');
  const done = await run(flow, '{"o":{"n":1}}');
  assert.equal(valueText(done.message.variables.get('v')), '{"n":1}');
  assert.deepEqual(done.message.body.json(), { o: { n: 2 } });
});

test('JSON: an inline source that is broken by its values is a fault', async () => {
  const flow = enrich(`type="inline">{"a": "{$ctx:p}"}</source>`, 'xpath="json-eval($.x)"/>');
  assert.equal((await tryOut(flow, { body: '{}', properties: { p: '3' } })).fault, undefined);
  assert.equal((await tryOut(flow, { body: '{}', properties: { p: 'text' } })).fault?.code, 'SOURCE_NOT_JSON');
});
