import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOn } from './verdict.ts';

const artemis = { redeliveries: undefined, isClassic: false };
const classic = { redeliveries: undefined, isClassic: true };

test('what is done is accepted, what is to come again is given back uncounted', () => {
  assert.equal(verdictOn('done', 9, artemis), 'accept');
  assert.equal(verdictOn('requeue', 9, { redeliveries: 0, isClassic: true }), 'release');
});

test('a broker that counts decides when a message is given up; Classic leaves it to its clients', () => {
  assert.equal(verdictOn('rollback', 100, artemis), 'fail');
  assert.equal(verdictOn('rollback', 5, classic), 'fail');
  assert.equal(verdictOn('rollback', 6, classic), 'reject');
});

test('a limit that is given holds, and -1 is none', () => {
  assert.equal(verdictOn('rollback', 1, { redeliveries: 2, isClassic: false }), 'fail');
  assert.equal(verdictOn('rollback', 2, { redeliveries: 2, isClassic: false }), 'reject');
  assert.equal(verdictOn('rollback', 1_000, { redeliveries: -1, isClassic: true }), 'fail');
});
