import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { javaText, readJavaNumber } from './java-number.ts';

test('doubles print as Java prints them', () => {
  const table: readonly (readonly [number, string])[] = [
    [5, '5.0'],
    [-0, '-0.0'],
    [0.001, '0.001'],
    [0.00099, '9.9E-4'],
    [123123.123123, '123123.123123'],
    [9999999, '9999999.0'],
    [10000000, '1.0E7'],
    [8888888888.88889, '8.88888888888889E9'],
    [-1.5e300, '-1.5E300'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ];
  for (const [value, text] of table) assert.equal(javaText(value, 'DOUBLE'), text);
});

test('floats print with the digits a float has', () => {
  assert.equal(javaText(Math.fround(123.123), 'FLOAT'), '123.123');
  assert.equal(javaText(Math.fround(0.1), 'FLOAT'), '0.1');
  assert.equal(javaText(Math.fround(16777216), 'FLOAT'), '1.6777216E7');
});

test('whole numbers outside the range of their type are refused', () => {
  assert.equal(readJavaNumber('32767', 'SHORT'), 32767);
  assert.equal(readJavaNumber('32768', 'SHORT'), undefined);
  assert.equal(readJavaNumber('2147483648', 'INTEGER'), undefined);
  assert.equal(readJavaNumber('9223372036854775807', 'LONG'), 9223372036854775807n);
  assert.equal(readJavaNumber('9223372036854775808', 'LONG'), undefined);
  assert.equal(readJavaNumber('1.0', 'INTEGER'), undefined);
  assert.equal(readJavaNumber('', 'INTEGER'), undefined);
  assert.equal(readJavaNumber(' 5', 'INTEGER'), undefined);
});

test('decimal numbers may carry a type suffix and blanks, as in Java', () => {
  assert.equal(readJavaNumber(' 1.5f ', 'FLOAT'), 1.5);
  assert.equal(readJavaNumber('1e3', 'DOUBLE'), 1000);
  assert.equal(readJavaNumber('-Infinity', 'DOUBLE'), -Infinity);
  assert.equal(readJavaNumber('0x10', 'DOUBLE'), undefined);
  assert.equal(readJavaNumber('abc', 'DOUBLE'), undefined);
});

test('every double reads back from its Java text as the same double', () => {
  fc.assert(fc.property(fc.double(), (value) => Object.is(readJavaNumber(javaText(value, 'DOUBLE'), 'DOUBLE'), value)));
});

test('every float reads back from its Java text as the same float', () => {
  fc.assert(fc.property(fc.float(), (value) => Object.is(readJavaNumber(javaText(value, 'FLOAT'), 'FLOAT'), value)));
});
