import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { JsonNumber, parseJson, stringifyJson } from './json.ts';

test('numbers that JavaScript would change leave as they came', () => {
  const text = '{"a":1.10,"b":12345678901234567890,"c":[1e5,-0,0.0000001,1.0E+2],"d":5}';
  assert.equal(stringifyJson(parseJson(text)), text);
});

test('only numbers that would change are kept as text', () => {
  const value = parseJson('[1, 1.5, 1.50]') as unknown[];
  assert.deepEqual(value.slice(0, 2), [1, 1.5]);
  assert.ok(value[2] instanceof JsonNumber);
  assert.equal(Number(value[2]), 1.5);
});

test('any JSON text made without blanks comes back character for character', () => {
  const value = fc.jsonValue();
  fc.assert(
    fc.property(value, (v) => {
      const text = JSON.stringify(v);
      assert.equal(stringifyJson(parseJson(text)), text);
    }),
  );
});

test('any number in decimal notation comes back digit for digit', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?$/);
  fc.assert(fc.property(digits, (text) => assert.equal(stringifyJson(parseJson(`{"n":${text}}`)), `{"n":${text}}`)));
});

test('keys keep their order', () => {
  assert.equal(stringifyJson(parseJson('{"z":1,"a":2,"m":3.0}')), '{"z":1,"a":2,"m":3.0}');
});

test('control characters inside strings are let through, outside they are not', () => {
  assert.deepEqual(parseJson('{"a":"x\u0011\ny\\"z"}'), { a: 'x\u0011\ny"z' });
  assert.throws(() => parseJson('{"a":\u0011}'), SyntaxError);
});

test('a key named __proto__ is a key like others', () => {
  const value = parseJson('{"__proto__":{"x":1.0}}');
  assert.equal(stringifyJson(value), '{"__proto__":{"x":1.0}}');
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
});

test('text that is not JSON is refused', () => {
  for (const text of ['', '{', '{"a":"b}', "{'a':1}", '01', '1.'])
    assert.throws(() => parseJson(text), SyntaxError, text);
});
