import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from './digest.ts';

test('the same content has the same name, as text and as bytes', () => {
  assert.equal(digestOf(['orders', 'é']), digestOf([Buffer.from('orders'), Buffer.from('é')]));
  assert.match(digestOf([]), /^[0-9a-f]{32}$/);
});

test('where one part ends and the next begins counts', () => {
  assert.notEqual(digestOf(['ab', 'c']), digestOf(['a', 'bc']));
  assert.notEqual(digestOf(['ab']), digestOf(['ab', '']));
});

test('one changed bit changes the name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
      const changed = Uint8Array.from(bytes);
      changed[place % bytes.length]! ^= 1 << bit;
      assert.notEqual(digestOf([bytes]), digestOf([changed]));
    }),
  );
});

test('a hundred thousand short names are all different', () => {
  const seen = new Set<string>();
  for (let n = 0; n < 100_000; n++) seen.add(digestOf([String(n)]));
  assert.equal(seen.size, 100_000);
});
