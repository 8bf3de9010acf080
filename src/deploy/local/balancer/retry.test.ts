import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideRetry, type Attempt } from './retry.ts';

const attempt: fc.Arbitrary<Attempt> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'LOCK'),
  hasBody: fc.boolean(),
  reached: fc.constantFrom('unsent', 'sent', 'answering'),
  attempts: fc.integer({ min: 1, max: 12 }),
  possiblyRead: fc.integer({ min: 0, max: 3 }),
  bodyConsumed: fc.boolean(),
});

test('what a replica may have processed is repeated only if it is harmless, and only once', () => {
  fc.assert(
    fc.property(attempt, (facts) => {
      const { does } = decideRetry(facts);
      if (facts.reached === 'sent' && does === 'again') {
        assert.ok(['GET', 'HEAD', 'OPTIONS'].includes(facts.method) && !facts.hasBody && facts.possiblyRead <= 1);
      }
    }),
  );
});

test('an answer that has begun is never begun a second time', () => {
  fc.assert(fc.property(attempt, (facts) => facts.reached !== 'answering' || decideRetry(facts).does === 'cut'));
});

test('a POST of which no byte was written goes to another replica', () => {
  const facts = {
    method: 'POST',
    hasBody: true,
    reached: 'unsent',
    attempts: 1,
    possiblyRead: 0,
    bodyConsumed: false,
  } as const;
  assert.equal(decideRetry(facts).does, 'again');
  assert.equal(decideRetry({ ...facts, bodyConsumed: true }).does, 'lost');
  assert.equal(decideRetry({ ...facts, attempts: 10 }).does, 'lost', 'it does not go round for ever');
});
