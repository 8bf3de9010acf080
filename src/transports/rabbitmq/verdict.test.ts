import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deathsOf, verdictOn } from './verdict.ts';

const none = { maxDeadLettered: undefined, errorExchange: undefined, errorRoutingKey: undefined };

test('without a limit what failed is rejected, for its queue to say where it goes', () => {
  assert.equal(verdictOn('done', 0, none), 'ack');
  assert.equal(verdictOn('rollback', 1_000, none), 'reject');
  assert.equal(verdictOn('requeue', 1_000, none), 'requeue');
});

test('above the limit it goes to the error queue, or nowhere when there is none', () => {
  const rules = { ...none, maxDeadLettered: 2 };
  assert.equal(verdictOn('rollback', 2, rules), 'reject');
  assert.equal(verdictOn('rollback', 3, rules), 'discard');
  assert.equal(verdictOn('rollback', 3, { ...rules, errorRoutingKey: 'failed' }), 'bury');
  assert.equal(verdictOn('rollback', 3, { ...rules, errorExchange: 'failed' }), 'bury');
});

test('only rejections count, not the times it waited until it expired', () => {
  const death = { queue: 'q', exchange: '', time: { '!': 'timestamp' as const, value: 0 }, 'routing-keys': ['q'] };
  const headers = {
    'x-death': [
      { ...death, reason: 'expired' as const, count: 7 },
      { ...death, reason: 'rejected' as const, count: 3 },
    ],
  };
  assert.equal(deathsOf(headers), 3);
  assert.equal(deathsOf(undefined), 0);
  assert.equal(deathsOf({ 'x-death': [] }), 0);
});
