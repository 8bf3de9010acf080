import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest } from './closest.ts';

test('swapped, missing, doubled and wrong letters are near, other words are not', () => {
  const known = ['log', 'property', 'payloadFactory', 'respond'];
  assert.equal(closest('lgo', known), 'log');
  assert.equal(closest('propety', known), 'property');
  assert.equal(closest('payloadfactory', known), 'payloadFactory');
  assert.equal(closest('resspond', known), 'respond');
  assert.equal(closest('cat', known), undefined);
  assert.equal(closest('log', []), undefined);
});
