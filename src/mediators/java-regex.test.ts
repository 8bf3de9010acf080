import assert from 'node:assert/strict';
import { test } from 'node:test';
import { javaRegex } from './java-regex.ts';

const whole = (source: string, text: string): boolean => javaRegex(source).whole.test(text);

test('the whole text must match, as with Java matches()', () => {
  assert.equal(whole('IBM', 'IBM'), true);
  assert.equal(whole('IBM', 'IBM Corp'), false);
  assert.equal(whole('IBM|MSFT', 'MSFTX'), false);
  assert.equal(whole('^WSO\\w*', 'WSO2'), true);
});

test('leading flags count for the whole expression', () => {
  assert.equal(whole('(?i)ibm', 'IBM'), true);
  assert.equal(whole('a.b', 'a\nb'), false);
  assert.equal(whole('(?s)a.b', 'a\nb'), true);
  assert.equal(whole('(?is)A.B', 'a\nb'), true);
});

test('quoted parts, Java classes, anchors and possessive quantifiers are understood', () => {
  assert.equal(whole('\\Qa.b(\\E\\d', 'a.b(1'), true);
  assert.equal(whole('\\Qa.b', 'axb'), false);
  assert.equal(whole('\\p{Alpha}+\\p{Digit}', 'abc1'), true);
  assert.equal(whole('[\\p{Upper}_]+', 'A_B'), true);
  assert.equal(whole('\\P{Digit}', '5'), false);
  assert.equal(whole('\\Aab\\z', 'ab'), true);
  assert.equal(whole('a++b', 'aaab'), true);
  assert.equal(whole('a\\++', 'a++'), true);
});

test('what is no regular expression throws', () => {
  assert.throws(() => javaRegex('(['), SyntaxError);
});
