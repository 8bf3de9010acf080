import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, IntegrationStatus } from '../resource/integration.ts';
import { newsOf } from './tell.ts';

const degraded = (status: 'True' | 'False', reason: string): Condition => ({
  type: 'Degraded',
  status,
  reason,
  message: 'a sentence',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const base: IntegrationStatus = {
  pattern: 'coordinated',
  patternReason: '1 of 2 artifacts is stateful',
  history: [{ revision: 1, digest: 'abc', outcome: 'Served' }],
  coordination: [{ artifact: 'task/a', holder: 'orders-1', token: 5, by: 'start' }],
  conditions: [degraded('False', 'AsWanted')],
};
const told = (before: IntegrationStatus | undefined, after: IntegrationStatus): string[] =>
  newsOf(before, after).map(({ type, reason, note }) => `${type} ${reason}: ${note}`);

test('nothing is told twice', () => {
  assert.deepEqual(told(base, base), []);
});

test('the first look tells the pattern and what became of the revision', () => {
  assert.deepEqual(told(undefined, base), [
    'Normal Pattern: Pattern coordinated: 1 of 2 artifacts is stateful.',
    'Normal RolledOut: Revision 1, artifacts abc: all pods serve it.',
  ]);
});

test('a failover is told with who lost it and who has it now; a hand-over is not', () => {
  const now = (by: string): IntegrationStatus => ({
    ...base,
    coordination: [{ artifact: 'task/a', holder: 'orders-2', token: 9, by }],
  });
  assert.deepEqual(told(base, now('handover')), []);
  assert.deepEqual(told(base, now('failover')), [
    'Warning Failover: task/a was held by orders-1, which was lost; orders-2 holds it now, token 9.',
  ]);
});

test('what goes wrong is told when it begins, and when its reason changes', () => {
  const wrong = (reason: string): IntegrationStatus => ({ ...base, conditions: [degraded('True', reason)] });
  assert.deepEqual(told(base, wrong('NameTaken')), ['Warning NameTaken: a sentence']);
  assert.deepEqual(told(wrong('NameTaken'), wrong('NameTaken')), []);
  assert.deepEqual(told(wrong('NameTaken'), wrong('Forbidden')), ['Warning Forbidden: a sentence']);
  assert.deepEqual(told(wrong('NameTaken'), base), []);
});
