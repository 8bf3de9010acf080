import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { digestOf, sha256 } from './digest.ts';

test('it is SHA-256 as node:crypto computes it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(sha256(bytes), createHash('sha256').update(bytes).digest('hex'));
    }),
  );
});

test('every length around a block is padded right', () => {
  for (let length = 0; length <= 130; length++) {
    const bytes = new Uint8Array(length).fill(length);
    assert.equal(sha256(bytes), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
  }
});

test('where one part ends and the next begins counts', () => {
  assert.notEqual(digestOf(['ab', 'c']), digestOf(['a', 'bc']));
  assert.notEqual(digestOf(['a', '']), digestOf(['a']));
});

test('text and its bytes are the same content', () => {
  assert.equal(digestOf(['grün']), digestOf([Buffer.from('grün')]));
});
