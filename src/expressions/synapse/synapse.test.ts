import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { JsonNumber } from '../../message/json.ts';
import { JsonHolder } from '../../message/message.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import { ask, compile, error, holds, message, type Claim } from './fixtures.ts';

const claims: readonly Claim[] = [
  [
    'the payload, variables, headers, properties, parameters and configs are at hand',
    [
      ['payload.item.name', 'Lamp'],
      ['$.item["name"]', 'Lamp'],
      ["payload['item'].count", '3'],
      ['payload.item.price', '9.50'],
      ['vars.text', 'hello'],
      ['var.text', 'hello'],
      ['variables["text"]', 'hello'],
      ['vars."text"', 'hello'],
      ['headers.X-Trace', 'abc'],
      ['headers["x-trace"]', 'abc'],
      ['props.synapse.flag', 'true'],
      ['properties.axis2["HTTP_SC"]', '404'],
      ['params.queryParams.page', '2'],
      ['params.pathParams.id', 'x9'],
      ['params.functionParams.who', 'template'],
      ['configs.region', 'eu'],
    ],
  ],
  [
    'what is not there is empty and reported',
    [
      ['payload.none', error],
      ['vars.none', /the variable none is not defined/],
      ['headers.None', error],
      ['props.synapse.none', error],
      ['configs.none', error],
      ['payload.nil', ''],
      ['vars.text.more', error],
      ['vars.xml.q', /use xpath\(\)/],
    ],
  ],
  [
    'variables are looked into, be they JSON, text that is JSON, or what a connector left',
    [
      ['vars.json.a[1].b', 'deep'],
      ['vars.json["a"][0]', '1'],
      ['vars.json.odd-name', '1'],
      ['vars.jsonText.a[1].b', 'deep'],
      ['vars.json..b', '["deep"]'],
      ['vars.answer.attributes.statusCode', '201'],
      ['vars.answer.headers["Content-Type"]', 'text/plain'],
      ['vars.answer.attributes', '{"statusCode":201}'],
      ['vars.answer.payload', '<who id="7"><name>Ann</name></who>'],
      ['vars.answer.none', error],
    ],
  ],
  [
    'brackets take expressions, lists and slices',
    [
      ['payload.item.tags[payload.at]', 'b'],
      ['payload.item.tags[payload.at + 1]', 'c'],
      ['payload.item.tags[-1]', 'c'],
      ['payload.item.tags[payload.at, 0]', '["b","a"]'],
      ['payload.item.tags[payload.at:]', '["b","c"]'],
      ['payload.item.tags[:payload.at]', '["a"]'],
      ['payload.item.tags.[0]', 'a'],
      ['payload.item["na" + "me"]', 'Lamp'],
      ['payload.item[vars.text]', error],
      ['payload.item.tags[vars.ratio:]', error],
    ],
  ],
  [
    'filters may ask the message too, and $ in them is the payload',
    [
      ['payload.list[?(@ > payload.item.count)]', '[5,8]'],
      ['payload.list[?(@ > vars.count)]', '[5,8]'],
      ['payload.list[?(@ > $.item.count && @ < 8)]', '[5]'],
      ['payload.list[(@ == 5)]', '[5]'],
      ['payload.list[?(@ in [3, vars.count])]', '[3]'],
      ['payload.list[?(@ > length(vars.text))]', '[8]'],
      ['true ? 1 : payload.list[(@."length"-1)]', '1'],
      ['payload.list[(@.length-1)]', '[]'],
      ['payload.list[(@.length * 1)]', error],
      ['payload.list[?(@ > vars.none)]', error],
    ],
  ],
  [
    'xpath asks the envelope or the XML in a variable',
    [
      ['xpath("//name/text()", "answer.payload")', 'Ann'],
      ['xpath("/who/@id", "answer.payload")', '7'],
      ['xpath("//q", "xml")', '1'],
      ['xpath("//q", "none")', ''],
      ['xpath("//q", "answer.headers")', ''],
      ['xpath("/" + "/q", "xml")', '1'],
      ['xpath("//item/name") + "!"', 'Lamp!'],
      ['xpath("count(//tags)")', '3.0'],
      ['xpath("//" + "[")', error],
    ],
  ],
];

suite('${...} looks into a message', () => {
  holds(claims);

  test('values keep their type for those who want them', () => {
    const asked = message();
    const value = (inner: string): unknown => compile(inner).evaluate(asked);
    assert.equal(value('1 + 1'), 2);
    assert.equal(value('"1"'), '1');
    assert.equal(value('1 == 1'), true);
    assert.equal(value('payload.nil'), null);
    assert.equal(value('payload.none'), null);
    assert.equal(value('1.5 + 1'), 2.5);
    assert.deepEqual(value('1.5 + 1.5'), new JsonHolder(new JsonNumber('3.0')));
    assert.deepEqual(value('payload.list'), new JsonHolder([5, 3, 8]));
    assert.ok(value('vars.xml') instanceof XmlElement);
    assert.equal((value('xpath("//tags")') as readonly unknown[]).length, 3);
  });

  test('a condition is true only for true', () => {
    const asked = message();
    for (const [inner, truth] of [
      ['5 > 3', true],
      ['"TRUE"', true],
      ['"yes"', false],
      ['payload.none', false],
      ['1', false],
    ] as const) {
      assert.equal(compile(inner).test(asked), truth, inner);
    }
  });

  test('an XML payload is asked as JSON, and as a whole is XML', () => {
    const xml = message('<order><id>5</id></order>');
    assert.equal(ask('payload.order.id', xml), '5');
    assert.equal(ask('payload', xml), '<order><id>5</id></order>');
    assert.equal(ask('xpath("//id")', xml), '5');
  });

  test('only what looks into the body needs it', () => {
    for (const [inner, needed] of [
      ['payload', true],
      ['vars.a[payload.b]', true],
      ['length($.a)', true],
      ['xpath("//a")', true],
      ['vars.list[?(@.a == payload.b)]', true],
      ['xpath("//a", "v")', false],
      ['xpath("$ctx:a")', false],
      ['vars.payload', false],
      ['headers.a + props.synapse.payload', false],
    ] as const) {
      assert.equal(compile(inner).needsBody, needed, inner);
    }
  });

  test('what the message lacks never reaches the prototype of anything', () => {
    for (const source of [
      'payload.constructor',
      'payload.list.length',
      'vars.json.__proto__',
      'vars.answer.toString',
    ]) {
      assert.match(ask(source), error, source);
    }
  });
});
