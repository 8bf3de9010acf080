/** The story of this room: what stands in an artifact, and what it says of a message. A good file to open first. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Body } from '../message/body.ts';
import { Message } from '../message/message.ts';
import { compileExpression, compileTemplate } from './compile.ts';
import type { Expression, Template } from './expression.ts';

function expression(source: string, prefixes: Readonly<Record<string, string>> = {}): Expression {
  const compiled = compileExpression(source, { namespaces: new Map(Object.entries(prefixes)) });
  assert.ok(compiled.ok, compiled.problem?.text ?? source);
  return compiled.ok;
}

function template(source: string): Template {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, compiled.problem?.text ?? source);
  return compiled.ok;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

suite('a message is asked in three languages', () => {
  test('one order, as it comes as SOAP, leaves as JSON and is logged', async () => {
    const soap = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
      <o:order xmlns:o="urn:orders" id="17"><o:item sku="lamp" count="2"/><o:item sku="desk" count="1"/></o:order>
    </s:Body></s:Envelope>`;
    const request = new Message({ body: Body.bytes(bytes(soap), 'text/xml; charset=utf-8') });
    request.headers.set('X-Customer', 'Ann');

    // At load: is it sound, and must the body be read for it?
    const id = expression('//o:order/@id', { o: 'urn:orders' });
    const customer = expression('$trp:X-Customer');
    assert.deepEqual([id.language, id.needsBody, customer.needsBody], ['xpath', true, false]);

    // Per message: the body is loaded once, then every question is synchronous.
    await request.body.load();
    request.properties.set('orderId', id.text(request));
    request.variables.set('customer', customer.text(request));
    assert.equal(expression("get-property('orderId') = '17'").test(request), true);
    assert.equal(expression('count(//o:item) > 1', { o: 'urn:orders' }).test(request), true);

    request.body.setJson({
      order: {
        id: 17,
        items: [
          { sku: 'lamp', count: 2 },
          { sku: 'desk', count: 1 },
        ],
      },
    });
    assert.equal(expression('json-eval($.order.items[?(@.count > 1)].sku)').text(request), '["lamp"]');
    assert.equal(expression('${payload.order.items.length() * 10 + payload.order.id}').text(request), '37');

    const line = template('order ${payload.order.id} of ${vars.customer}: ${payload.order.items[0]}');
    assert.equal(line.text(request), 'order 17 of Ann: {"sku":"lamp","count":2}');
  });

  test('what an attribute holds tells its language', () => {
    const languages: [string, Expression['language']][] = [
      ['${vars.a}', 'synapse'],
      ['  ${vars.a}  ', 'synapse'],
      ['json-eval($.a)', 'jsonpath'],
      ['$.a', 'jsonpath'],
      ["$['a']", 'jsonpath'],
      ['$', 'jsonpath'],
      ['$ctx:a', 'xpath'],
      ['$body', 'xpath'],
      ['//a', 'xpath'],
      ["get-property('a')", 'xpath'],
      ['a', 'xpath'],
    ];
    for (const [source, language] of languages) {
      assert.equal(expression(source).language, language, source);
      assert.equal(expression(source).source, source, 'the source is written back as it was');
    }
  });

  test('text after an expression and an open brace are problems with a place', () => {
    assert.deepEqual(compileExpression('${vars.a} x').problem, {
      text: 'there is text after the closing }',
      offset: 9,
      hint: 'An expression is one ${...} and nothing else.',
    });
    assert.equal(compileExpression(' ${vars.a').problem?.offset, 9);
  });
});

suite('templates', () => {
  const message = new Message({ body: Body.bytes(bytes('{"a":{"b":1},"s":"x"}'), 'application/json') });
  message.variables.set('name', 'Ann');

  test('plain text is its own result and asks nothing', () => {
    for (const source of ['', 'plain', 'a $b {c} $1', '{"json": "$2"}', '$ {x}', 'a}b']) {
      assert.equal(template(source).text(message), source);
      assert.equal(template(source).needsBody, false);
    }
  });

  test('braces and quotes inside an expression do not end it', () => {
    assert.equal(template('<${"}" + vars.name + \'{\'}>').text(message), '<}Ann{>');
    assert.equal(template('${object("{}")}${vars.name}').text(message), '{}Ann');
    assert.equal(template('${"a\\"}"}').text(message), 'a"}');
  });

  test('the parts tell text from expressions, so that each value can be escaped by its type', () => {
    const { parts, needsBody } = template('{"o": ${payload.a}, "s": "${payload.s}"}');
    assert.deepEqual(
      parts.map((part) => (typeof part === 'string' ? part : part.source)),
      ['{"o": ', '${payload.a}', ', "s": "', '${payload.s}', '"}'],
    );
    assert.equal(needsBody, true);
  });

  test('what cannot be computed leaves a gap', () => {
    assert.equal(template('[${vars.none}]').text(message), '[]');
  });

  test('a problem is where it is in the whole text', () => {
    const broken = 'Dear ${vars.name}, ${vars.nme +}';
    assert.equal(compileTemplate(broken).problem?.offset, broken.length - 1);
    assert.equal(compileTemplate('a ${b').problem?.offset, 2);
  });

  test('text around expressions always comes through untouched', () => {
    const plain = fc.string().filter((text) => !text.includes('$'));
    fc.assert(
      fc.property(plain, plain, (before, after) => {
        assert.equal(template(`${before}\${vars.name}${after}`).text(message), `${before}Ann${after}`);
      }),
    );
  });
});
