import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Body } from '../../message/body.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { JsonHolder, Message } from '../../message/message.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { compile } from './fixtures.ts';
import { textIfAny } from './xpath.ts';

function soapMessage(payload: string): Message {
  const xml = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><t xmlns="">7</t></e:Header><e:Body>${payload}</e:Body></e:Envelope>`;
  return new Message({
    body: Body.bytes(new TextEncoder().encode(xml), 'text/xml'),
    environment: { ...emptyEnvironment, now: () => 0 },
  });
}

suite('XPath on a message', () => {
  const message = soapMessage(
    '<m:menu xmlns:m="urn:menu"><m:name> Soup </m:name><m:name>Pie</m:name><m:none/></m:menu>',
  );

  test('paths begin at the envelope, which // searches with its headers', () => {
    assert.equal(compile('//t').text(message), '7');
    assert.equal(compile('soapenv:Body/m:menu/m:name[2]').text(message), 'Pie');
    assert.equal(compile('/soapenv:Envelope/soapenv:Header/t').text(message), '7');
    assert.equal(compile('$body/m:menu/m:name[2]').text(message), 'Pie');
    assert.equal(compile('$header/t').text(message), '7');
    assert.equal(compile('count($env/*)').text(message), '2.0');
  });

  test('one element shows its trimmed text, several and empty ones their XML, text nodes their text', () => {
    assert.equal(compile('//m:name[1]').text(message), 'Soup');
    assert.equal(compile('//m:name[1]/text()').text(message), ' Soup ');
    assert.equal(compile('//m:none').text(message), '<m:none xmlns:m="urn:menu"/>');
    assert.equal(
      compile('//m:name').text(message),
      '<m:name xmlns:m="urn:menu">Soup</m:name><m:name xmlns:m="urn:menu">Pie</m:name>',
    );
    assert.equal(compile('//m:nothing').text(message), '');
    assert.equal(compile('//m:nothing').evaluate(message), null);
    assert.equal(compile('fn:concat(//m:name[2], "!")').text(message), 'Pie!');
  });

  test('properties of every scope are found by variable and by get-property', () => {
    message.properties.set('p', 'default');
    message.axis2.set('p', 'axis2');
    message.axis2Client.set('p', 'client');
    message.conversation.operation.set('p', 'operation');
    message.headers.set('P', 'header');
    message.templateParameters.push(new Map([['p', 'outer']]), new Map([['p', 'inner']]));
    const found: [string, string][] = [
      ['$ctx:p', 'default'],
      ["get-property('p')", 'default'],
      ["syn:get-property('synapse', 'p')", 'default'],
      ['$axis2:p', 'axis2'],
      ["get-property('axis2','p')", 'axis2'],
      ["get-property('axis2-client', 'p')", 'client'],
      ["get-property('operation', 'p')", 'operation'],
      ['$trp:p', 'header'],
      ["get-property('transport', 'p')", 'header'],
      ['$func:p', 'inner'],
      ['$ctx:absent', ''],
      ["fn:concat('[', get-property('absent'), ']')", '[]'],
      ["get-property('SYSTEM_TIME')", '0'],
      ["get-property('MESSAGE_FORMAT')", 'soap11'],
      ["get-property('FAULT')", ''],
    ];
    for (const [source, text] of found) assert.equal(compile(source).text(message), text, source);
    assert.equal(compile('$ctx:p').test(message), true);
    assert.equal(compile('$ctx:absent').test(message), false);
  });

  test('what is not there is neither equal nor unequal to anything; nodes that are not there compare as none', () => {
    const never = ["$ctx:absent = ''", "$ctx:absent != 'x'", "get-property('absent') = $trp:absent", "//none = ''"];
    for (const source of never) assert.equal(compile(source).test(message), false, source);
    for (const source of ["not($ctx:absent = 'x')", "string($ctx:absent) = ''", "$url:absent = ''"])
      assert.equal(compile(source).test(message), true, source);
  });

  test('a text that is not there is told from an empty one', () => {
    assert.equal(textIfAny(compile("get-property('absent')"), message), undefined);
    assert.equal(textIfAny(compile('//none'), message), '');
    assert.equal(textIfAny(compile("fn:concat($ctx:absent, '')"), message), '');
  });

  test('a property keeps its type, and one that holds XML can be walked', () => {
    message.properties.set('xml', parseXml('<a><b>1</b></a>'));
    message.properties.set('json', new JsonHolder({ b: 1 }));
    assert.equal(compile('$ctx:xml/b + 1').text(message), '2.0');
    assert.equal(compile('$ctx:json').text(message), '{"b":1}');
    assert.equal(compile('$json:b').text(message), '1.0');
    assert.ok(compile('$ctx:json').evaluate(message) instanceof JsonHolder);
  });

  test('only expressions that look into the body need it', () => {
    const needs: [string, boolean][] = [
      ['//a', true],
      ['.', true],
      ['$body', true],
      ['string()', true],
      ['json-eval($.a)', true],
      ["get-property('FAULT')", true],
      ["$ctx:x = 'a' or //b", true],
      ['$ctx:x', false],
      ['$ctx:x/a[b]', false],
      ["get-property('To')", false],
      ["fn:concat($trp:Host, 'x', position())", false],
    ];
    for (const [source, needed] of needs) assert.equal(compile(source).needsBody, needed, source);
  });

  test('without a need for the body it is never touched', () => {
    const unread = new Message({ body: Body.stream((async function* () {})(), 'text/xml') });
    unread.properties.set('a', 'b');
    assert.equal(compile("concat($ctx:a, get-property('a'))").text(unread), 'bb');
    assert.equal(unread.body.form, 'stream');
  });

  test('JSON is seen as XML by a path and as JSON by json-eval', () => {
    const json = new Message({ body: Body.json({ order: { id: 5, tags: ['x', 'y'] } }) });
    assert.equal(compile('//order/id').text(json), '5');
    assert.equal(compile('//order/tags[2]').text(json), 'y');
    assert.equal(compile("concat('no. ', json-eval($.order.id))").text(json), 'no. 5');
  });

  test('an unknown function, variable or prefix fails only where it is reached, and says what would be right', () => {
    const fails: [string, RegExp][] = [
      ['fn:lowercase("A")', /there is no function fn:lowercase\(\)\. Did you mean lower-case\?/],
      ['$nothing', /there is no variable \$nothing/],
      ['//q:a', /the prefix "q" is not declared/],
      ['substring("a")', /does not take 1 arguments/],
      ['matches("a", "(")', /matches\(\)/],
    ];
    for (const [source, text] of fails) {
      assert.throws(() => compile(source).text(message), { code: 'EXPRESSION_FAILED', message: text });
    }
    assert.equal(compile('true() or fn:nothing()').test(message), true);
  });
  test('text functions of Synapse', () => {
    const texts: [string, string][] = [
      ["base64Encode('héé')", 'aMOpw6k='],
      ["base64Decode('aMOpw6k=')", 'héé'],
      ["url-encode('a b&c')", 'a+b%26c'],
      ["url-decode('a+b%26c')", 'a b&c'],
      [
        "hmac-generate('payload', 'key', 'HmacSHA256')",
        '5d98b45c90a207fa998ce639fea6f02ecc8cc3f36fef81d694fb856b4d0a28ca',
      ],
    ];
    for (const [source, text] of texts) assert.equal(compile(source).text(message), text, source);
  });
});
