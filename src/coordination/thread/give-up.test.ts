import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyGiveUp } from './give-up.ts';

const facts = { now: 20_000, awakeAt: 19_900, mainAliveAt: 19_000, validUntil: 20_500, trustMs: 900, stallMs: 10_000 };

test('a lease goes on while both threads have turns, also when it could not be renewed in time', () => {
  assert.equal(whyGiveUp(facts), undefined);
  assert.equal(whyGiveUp({ ...facts, validUntil: 19_950 }), undefined);
});

test('a main thread may stand still for stallMs and no longer', () => {
  assert.equal(whyGiveUp({ ...facts, mainAliveAt: 10_000 }), undefined);
  assert.equal(whyGiveUp({ ...facts, mainAliveAt: 9_999 }), 'its main thread has stood still for 10001 ms');
});

test('a thread that did not run itself trusts nothing', () => {
  assert.equal(whyGiveUp({ ...facts, awakeAt: 19_099 }), 'it did not run for 901 ms');
});
