import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canEncode, CharsetError, decodeText, encodeText } from './charset.ts';

test('any text comes back in every encoding that has its characters', () => {
  // fast-check's own unit of any code point takes seconds to set up.
  const codePoint = fc.oneof(fc.integer({ max: 0xd7ff, min: 0 }), fc.integer({ max: 0x10ffff, min: 0xe000 }));
  const any = fc.array(codePoint).map((codes) => String.fromCodePoint(...codes).replace(/^\ufeff+/, ''));
  const pairs = [
    ['utf-8', any],
    ['UTF-16', any],
    ['utf-16le', any],
    ['utf-16be', any],
    ['ISO-8859-1', fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'))],
    ['US-ASCII', fc.stringMatching(/^[ -~\t\n]{0,20}$/)],
  ] as const;
  for (const [charset, texts] of pairs) {
    assert.ok(canEncode(charset));
    fc.assert(fc.property(texts, (text) => assert.equal(decodeText(encodeText(text, charset), charset), text)));
  }
});

test('ISO-8859-1 is not windows-1252', () => {
  assert.equal(decodeText(Uint8Array.of(0x80), 'iso-8859-1'), '\u0080');
});

test('characters an encoding does not have become question marks', () => {
  assert.equal(Buffer.from(encodeText('ü€😀', 'iso-8859-1')).toString('latin1'), 'ü??');
  assert.equal(Buffer.from(encodeText('ü', 'us-ascii')).toString('latin1'), '?');
});

test('bytes that are not the encoding, and encodings nobody knows, are refused', () => {
  assert.throws(() => decodeText(Uint8Array.of(0xff), 'utf-8'), CharsetError);
  assert.throws(() => decodeText(Uint8Array.of(1), 'klingon'), /"klingon" is not known/);
  assert.ok(!canEncode('shift_jis'));
});
