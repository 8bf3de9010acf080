import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Fault } from '../../errors.ts';
import { parseJson, stringifyJson, type JsonValue } from '../json.ts';
import { parseXml } from '../xml/parse.ts';
import { serializeXml } from '../xml/serialize.ts';
import { elementName, jsonKey } from './json-names.ts';
import { jsonToXml } from './json-to-xml.ts';
import { xmlToJson } from './xml-to-json.ts';

const asXml = (json: string): string => serializeXml(jsonToXml(parseJson(json)));
const asJson = (xml: string): string => stringifyJson(xmlToJson(parseXml(xml)));

describe('JSON as XML', () => {
  for (const [claim, json, xml] of [
    [
      'an object becomes jsonObject',
      '{"a":1,"b":"x","c":true}',
      '<jsonObject><a>1</a><b>x</b><c>true</c></jsonObject>',
    ],
    ['members of an array repeat its name', '{"a":[1,{"b":2}]}', '<jsonObject><a>1</a><a><b>2</b></a></jsonObject>'],
    [
      'an array by itself becomes jsonArray',
      '[1,[2]]',
      '<jsonArray><jsonElement>1</jsonElement><jsonElement><jsonArray><jsonElement>2</jsonElement></jsonArray></jsonElement></jsonArray>',
    ],
    ['null, {} and "" become an empty element', '{"a":null,"b":{},"c":""}', '<jsonObject><a/><b/><c/></jsonObject>'],
    ['an empty array leaves nothing', '{"a":[]}', '<jsonObject/>'],
    [
      'keys with @ become attributes, wherever they stand',
      '{"@t":"s","c":"d","@u":7}',
      '<jsonObject t="s" u="7"><c>d</c></jsonObject>',
    ],
    ['the key $ is the text beside attributes', '{"a":{"@x":1,"$":"t"}}', '<jsonObject><a x="1">t</a></jsonObject>'],
    ['numbers keep their digits', '{"a":25.0000}', '<jsonObject><a>25.0000</a></jsonObject>'],
    ['a value by itself becomes jsonValue', '"x"', '<jsonValue>"x"</jsonValue>'],
    ['characters no XML may hold become their escape', '{"a":"\\u0011x"}', '<jsonObject><a>\\u0011x</a></jsonObject>'],
  ] as const) {
    test(claim, () => assert.equal(asXml(json), xml));
  }

  test('nesting without end faults instead of breaking the process', () => {
    const deep = `${'['.repeat(600)}${']'.repeat(600)}`;
    assert.throws(
      () => asXml(deep),
      (error) => Fault.is(error) && error.code === 'BODY_NOT_READABLE',
    );
  });
});

describe('XML as JSON', () => {
  for (const [claim, xml, json] of [
    ['the root is a key too', '<a><b>1</b></a>', '{"a":{"b":1}}'],
    ['siblings of one name become an array', '<a><b>1</b><b>2</b></a>', '{"a":{"b":[1,2]}}'],
    ['also when another stands between them', '<a><b>1</b><c/><b>2</b></a>', '{"a":{"b":[1,2],"c":null}}'],
    ['attributes get an @ and stay strings', '<a x="1"><b/></a>', '{"a":{"@x":"1","b":null}}'],
    ['text beside attributes is $', '<a x="1">2</a>', '{"a":{"@x":"1","$":2}}'],
    ['blanks between elements do not count', '<a>\n <b> t </b>\n</a>', '{"a":{"b":" t "}}'],
    ['an empty element and one of blanks are null', '<a><b/><c> </c></a>', '{"a":{"b":null,"c":null}}'],
    ['namespaces are dropped', '<p:a xmlns:p="u" xmlns="v" p:x="1"><b/></p:a>', '{"a":{"@x":"1","b":null}}'],
    [
      'numbers, booleans and null are recognised',
      '<a><b>-1.50</b><c>true</c><d>null</d><e>1E5</e></a>',
      '{"a":{"b":-1.50,"c":true,"d":null,"e":1E5}}',
    ],
    [
      'what only looks like a number stays text',
      '<a><b>007</b><c>+1</c><d>1.</d><e>12 </e></a>',
      '{"a":{"b":"007","c":"+1","d":"1.","e":"12 "}}',
    ],
    ['comments do not count', '<a><!-- x -->1</a>', '{"a":1}'],
    [
      'xml-multiple makes an array of one, or of none',
      '<a><?xml-multiple b?><b>1</b><?xml-multiple c?></a>',
      '{"a":{"b":[1],"c":[]}}',
    ],
    ['jsonArray and jsonElement come off', '<jsonArray><jsonElement>1</jsonElement></jsonArray>', '[1]'],
    ['an empty jsonObject is an empty object', '<jsonObject/>', '{}'],
  ] as const) {
    test(claim, () => assert.equal(asJson(xml), json));
  }

  test('text beside elements faults: it would be lost', () => {
    assert.throws(() => asJson('<a>x<b/></a>'), /text beside elements/);
  });

  test('an element named __proto__ is a key like others', () => {
    assert.equal(asJson('<a><__proto__><x>1</x></__proto__></a>'), '{"a":{"__proto__":{"x":1}}}');
  });
});

describe('keys that are no XML names', () => {
  test('are written as WSO2 writes them', () => {
    assert.equal(elementName('$ref'), '_JsonReader_PS_ref');
    assert.equal(elementName('32x32'), '_JsonReader_PD_32x32');
    assert.equal(elementName('first name'), 'first_JsonReader_32_name');
    assert.equal(elementName('plain'), 'plain');
  });

  test('any key comes back, and every name is one XML allows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        fc.pre(!key.includes('_JsonReader_'));
        const name = elementName(key);
        assert.equal(parseXml(`<${name}/>`).local, name);
        assert.equal(jsonKey(name), key);
      }),
    );
  });
});

test('objects of objects, strings and arrays of two or more come back as they were', () => {
  const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.stringMatching(/^[a-z]{1,8} [a-z]{1,8}$/),
  );
  const { object } = fc.letrec<{ object: JsonValue; value: JsonValue }>((tie) => ({
    object: fc
      .dictionary(fc.stringMatching(/^[a-z$0-9][a-z0-9 ]{1,6}$/), tie('value'), { minKeys: 1, maxKeys: 4 })
      .map((entries) => ({ ...entries })),
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      tie('object'),
      fc.array(fc.oneof(scalar, tie('object')), { minLength: 2, maxLength: 4 }),
    ),
  }));
  fc.assert(fc.property(object, (value) => assert.deepEqual(xmlToJson(jsonToXml(value)), value)));
});
