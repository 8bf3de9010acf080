import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterAttempt, saysAway, type AfterAttempt, type ForwardingRules, type Result } from './decide.ts';

const rules: ForwardingRules = {
  maxAttempts: 3,
  dropUndeliverable: false,
  failStore: undefined,
  nonRetryStatusCodes: [],
  setAsideStatusCodes: [],
  retryStatusCodes: [],
  circuit: undefined,
};
const answered = (status: number, fault = false) => ({ type: 'answered', status, fault }) as const;
const failed = { type: 'failed', code: 'CONNECTION_FAILED', text: 'CONNECTION_FAILED to x' } as const;
const todo = (r: ForwardingRules, attempts: number, result: Result): AfterAttempt['do'] =>
  afterAttempt(r, { attempts, result, away: 0 }).do;

test('a good answer means the message is done', () => {
  assert.equal(todo(rules, 1, answered(200)), 'done');
  assert.equal(todo(rules, 1, answered(202)), 'done');
  assert.equal(todo(rules, 1, { type: 'answered', status: undefined, fault: false }), 'done');
});

test('an error status, a SOAP fault and a broken connection are tried again', () => {
  assert.equal(todo(rules, 1, answered(500)), 'retry');
  assert.equal(todo(rules, 1, answered(200, true)), 'retry');
  assert.equal(todo(rules, 2, failed), 'retry');
});

test('a status in non.retry.status.codes is final at the first attempt', () => {
  assert.equal(todo({ ...rules, nonRetryStatusCodes: [404] }, 1, answered(404)), 'done');
});

test('a status in non.retry.store.status.codes sets the message aside at the first attempt, where there is a store', () => {
  const some = { ...rules, setAsideStatusCodes: [400], dropUndeliverable: true };
  assert.equal(todo({ ...some, failStore: 'Failed' }, 1, answered(400)), 'set-aside');
  assert.equal(todo({ ...some, failStore: 'Failed' }, 1, answered(500)), 'retry');
  assert.equal(todo(some, 1, answered(400)), 'retry');
});

test('with retry.http.status.codes only these are tried again; a fault and a broken connection still are', () => {
  const some = { ...rules, retryStatusCodes: [500, 504, 304] };
  assert.equal(todo(some, 1, answered(504)), 'retry');
  assert.equal(todo(some, 1, answered(304)), 'retry');
  assert.equal(todo(some, 1, answered(503)), 'done');
  assert.equal(todo(some, 1, answered(404)), 'done');
  assert.equal(todo(some, 1, answered(404, true)), 'retry');
  assert.equal(todo(some, 1, failed), 'retry');
  assert.equal(todo({ ...some, nonRetryStatusCodes: [500] }, 1, answered(500)), 'done');
});

test('after the last attempt the processor deactivates, keeping the message', () => {
  assert.equal(todo(rules, 3, failed), 'deactivate');
});

test('after the last attempt the message is set aside when there is a store for it, and dropped when that is asked for', () => {
  assert.deepEqual(
    afterAttempt({ ...rules, failStore: 'Failed' }, { attempts: 3, result: failed, away: 0 }).do,
    'set-aside',
  );
  assert.equal(todo({ ...rules, dropUndeliverable: true, failStore: 'Failed' }, 3, failed), 'drop');
});

test('a negative limit tries for ever', () => {
  assert.equal(todo({ ...rules, maxAttempts: -1 }, 1_000_000, failed), 'retry');
  assert.equal(todo({ ...rules, maxAttempts: 0 }, 1_000_000, failed), 'retry');
});

test('the reason names the last failure', () => {
  assert.match(
    afterAttempt(rules, { attempts: 3, result: failed, away: 0 }).why,
    /3 attempts failed.*CONNECTION_FAILED/,
  );
});

const circuit = { failures: 3, statusCodes: [503], waitMs: 1_000, longestWaitMs: 5_000 };

test('with a circuit, what says that the backend is away is no attempt of the message', () => {
  const guarded: ForwardingRules = { ...rules, maxAttempts: 1, failStore: 'Failed', circuit };
  assert.equal(afterAttempt(guarded, { attempts: 0, result: failed, away: 2 }).do, 'retry');
  assert.equal(afterAttempt(guarded, { attempts: 0, result: answered(503), away: 3 }).do, 'wait');
  assert.equal(afterAttempt(guarded, { attempts: 1, result: answered(500), away: 0 }).do, 'set-aside');
});

test('an open circuit waits twice as long each time, up to the longest', () => {
  const waits = [3, 4, 5, 6, 60].map((away) => {
    const next = afterAttempt({ ...rules, circuit }, { attempts: 0, result: failed, away });
    return next.do === 'wait' ? next.waitMs : 0;
  });
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 5_000, 5_000]);
});

test('without a circuit nothing says that the backend is away', () => {
  assert.equal(saysAway(undefined, failed), false);
  assert.equal(saysAway(circuit, failed), true);
  assert.equal(saysAway(circuit, answered(503)), true);
  assert.equal(saysAway(circuit, answered(500)), false);
  assert.equal(saysAway(circuit, { type: 'failed', code: 'ENDPOINT_NOT_FOUND', text: '' }), false);
});
