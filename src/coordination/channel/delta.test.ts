import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applied, difference } from './delta.ts';
import { newAssignment, type Assignment, type AssignmentEntry } from '../records.ts';

const entry: fc.Arbitrary<AssignmentEntry> = fc.record(
  {
    holder: fc.option(fc.constantFrom('a.1', 'b.1')),
    token: fc.integer({ min: 1, max: 4 }),
    by: fc.constantFrom('start', 'failover'),
    reason: fc.constantFrom('one', 'other'),
    at: fc.constant(0),
    runs: fc.nat(2),
    lastFire: fc.nat(2),
  },
  { requiredKeys: ['holder', 'token', 'by', 'reason', 'at', 'runs'], noNullPrototype: true },
);

const assignment: fc.Arbitrary<Assignment> = fc
  .record({
    artifacts: fc.dictionary(fc.constantFrom('task/a', 'task/b', 'task/c'), entry, { noNullPrototype: true }),
    epoch: fc.nat(9),
    drained: fc.option(fc.constant({ 'pod/a': { at: 1, by: 'x' } }), { nil: undefined }),
  })
  .map(({ drained, ...rest }) => ({ ...newAssignment('test', 0, 0), ...rest, ...(drained && { drained }) }));

test('what is new since one assignment makes the other of it', () => {
  fc.assert(
    fc.property(assignment, assignment, (before, after) => {
      assert.deepEqual(applied(before, difference(before, after)), after);
    }),
  );
});

test('what did not change does not travel', () => {
  const before: Assignment = {
    ...newAssignment('test', 0, 0),
    artifacts: Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [
        `task/${i}`,
        { holder: 'a.1', token: 1, by: 'start', reason: 'it is new', at: 0, runs: 0 },
      ]),
    ),
  };
  const moved = { ...before.artifacts['task/7']!, holder: 'b.1', token: 2 };
  const delta = difference(before, { ...before, artifacts: { ...before.artifacts, 'task/7': moved } });
  assert.deepEqual(Object.keys(delta.set), ['task/7']);
  assert.deepEqual(delta.gone, []);
});
