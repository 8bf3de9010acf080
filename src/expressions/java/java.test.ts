import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { formatDate, momentOf, parseDate } from './date.ts';
import {
  add,
  decimalNumber,
  divide,
  doubleText,
  multiply,
  readDecimal,
  remainder,
  roundTo,
  subtract,
} from './number.ts';
import { javaRegex } from './regex.ts';
import { javaUrlDecode, javaUrlEncode } from './url.ts';

suite("numbers as Java's", () => {
  test('a double always shows a decimal point and goes to E notation where Java does', () => {
    const shown: [number, string][] = [
      [5, '5.0'],
      [-0, '-0.0'],
      [0.001, '0.001'],
      [0.000_1, '1.0E-4'],
      [9_999_999, '9999999.0'],
      [10_000_000, '1.0E7'],
      [2e9, '2.0E9'],
      [1.5e300, '1.5E300'],
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
    ];
    for (const [value, text] of shown) assert.equal(doubleText(value), text);
  });

  test('every double reads back from its text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.equal(Number(doubleText(value)), value);
        assert.equal(decimalNumber(readDecimal(doubleText(value))!) + 0, value + 0);
      }),
    );
  });

  const calculate = (compute: typeof add, a: string, b: string): number =>
    decimalNumber(compute(readDecimal(a)!, readDecimal(b)!));

  test('decimals are exact where doubles are not', () => {
    assert.equal(calculate(add, '8.89', '0.12'), 9.01);
    assert.equal(calculate(subtract, '0.3', '0.1'), 0.2);
    assert.equal(calculate(multiply, '1.1', '1.1'), 1.21);
    assert.equal(calculate(remainder, '34.56', '3.45'), 0.06);
    assert.equal(calculate(remainder, '-7', '3'), -1);
  });

  test('a quotient keeps the decimals of the dividend, half up', () => {
    assert.equal(calculate(divide, '34.45', '3.44'), 10.01);
    assert.equal(calculate(divide, '5.0', '-2.5'), -2);
    assert.equal(calculate(divide, '1.0', '3.0'), 0.3);
    assert.equal(calculate(divide, '-2.0', '3.0'), -0.7);
    assert.equal(decimalNumber(roundTo(readDecimal('0.115')!, 2)), 0.12);
    assert.equal(decimalNumber(roundTo(readDecimal('-0.115')!, 2)), -0.12);
  });

  test('an exponent that would fill the memory is no number', () => {
    assert.equal(readDecimal('1e999999'), undefined);
    assert.equal(readDecimal('1e-999999'), undefined);
  });
});

suite("dates as Java's", () => {
  const moment = {
    parts: { year: 2024, month: 2, day: 29, hour: 13, minute: 5, second: 9, nano: 123_000_000 },
    has: 'both',
    offset: 330,
  } as const;

  test('each letter of a pattern writes its field', () => {
    const written: [string, string][] = [
      ['yyyy-MM-dd HH:mm:ss.SSS', '2024-02-29 13:05:09.123'],
      ['d MMM yy, EEEE h:mm a', '29 Feb 24, Thursday 1:05 PM'],
      ["yyyy'T'HH 'o''clock'", "2024T13 o'clock"],
      ['D Q kk KK', '60 1 13 01'],
      ['XXX Z xx', '+05:30 +0530 +0530'],
    ];
    for (const [pattern, text] of written) assert.equal(formatDate(moment, pattern), text);
  });

  test('a pattern that asks for what is not there is refused', () => {
    assert.throws(() => formatDate({ ...moment, has: 'date' }, 'HH'), RangeError);
    assert.throws(() => formatDate({ parts: moment.parts, has: 'both' }, 'XXX'), RangeError);
    assert.throws(() => formatDate(moment, 'yyyy b'), RangeError);
    assert.throws(() => formatDate(moment, "yyyy 'open"), RangeError);
  });

  test('a text that does not follow its pattern is refused', () => {
    for (const text of ['2024-13-01', '2024-1-01', 'x', '2024-02-32']) {
      assert.throws(() => parseDate(text, 'yyyy-MM-dd'), RangeError);
    }
  });

  test('digits that stand side by side are split by their counts', () => {
    assert.deepEqual(parseDate('20240229130509', 'yyyyMMddHHmmss').parts, { ...moment.parts, nano: 0 });
  });

  test('whatever time it is, it reads back from how it is written', () => {
    const pattern = "yyyy-MM-dd'T'HH:mm:ss.SSS";
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        const parts = momentOf(ms, false);
        assert.deepEqual(parseDate(formatDate(parts, pattern), pattern), parts);
      }),
    );
  });
});

suite("texts as Java's", () => {
  test('flags, quotes and classes of a Java pattern mean the same here', () => {
    assert.ok(javaRegex('(?i)ibm').test('IBM'));
    assert.ok(javaRegex('^\\Qa.b\\E$').test('a.b'));
    assert.ok(!javaRegex('^\\Qa.b\\E$').test('axb'));
    assert.ok(javaRegex('\\A\\p{Alpha}++\\z').test('abc'));
    assert.ok(javaRegex('[\\p{Digit}[a]').test('7'));
    assert.throws(() => javaRegex('('), SyntaxError);
  });

  test('URL encoding leaves only letters, digits and .-*_ and comes back', () => {
    assert.equal(javaUrlEncode("a b*c~d'(é)"), 'a+b*c%7Ed%27%28%C3%A9%29');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(javaUrlDecode(javaUrlEncode(text)), text)),
    );
  });
});
