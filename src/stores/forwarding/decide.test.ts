import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterAttempt, type AfterAttempt, type ForwardingRules } from './decide.ts';

const rules: ForwardingRules = {
  maxAttempts: 3,
  dropUndeliverable: false,
  failStore: undefined,
  nonRetryStatusCodes: [],
};
const answered = (status: number, fault = false) => ({ type: 'answered', status, fault }) as const;
const failed = { type: 'failed', code: 'CONNECTION_FAILED' } as const;
const todo = (
  r: ForwardingRules,
  attempts: number,
  result: Parameters<typeof afterAttempt>[1]['result'],
): AfterAttempt['do'] => afterAttempt(r, { attempts, result }).do;

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

test('after the last attempt the processor deactivates, keeping the message', () => {
  assert.equal(todo(rules, 3, failed), 'deactivate');
});

test('after the last attempt the message is set aside when there is a store for it, and dropped when that is asked for', () => {
  assert.deepEqual(afterAttempt({ ...rules, failStore: 'Failed' }, { attempts: 3, result: failed }).do, 'set-aside');
  assert.equal(todo({ ...rules, dropUndeliverable: true, failStore: 'Failed' }, 3, failed), 'drop');
});

test('a negative limit tries for ever', () => {
  assert.equal(todo({ ...rules, maxAttempts: -1 }, 1_000_000, failed), 'retry');
});

test('the reason names the last failure', () => {
  assert.match(afterAttempt(rules, { attempts: 3, result: failed }).why, /3 attempts failed.*CONNECTION_FAILED/);
});
