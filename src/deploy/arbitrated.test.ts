import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newAssignment, type Assignment, type MemberRecord } from '../coordination/records.ts';
import { describeArbitrated } from './arbitrated.ts';

const member = (pod: string, change: Partial<MemberRecord> = {}): MemberRecord => ({
  v: 1,
  boot: `${pod}.1`,
  pod,
  node: 'rack-1',
  state: 'active',
  beat: 1,
  leaseMs: 1_200,
  offer: 'all',
  joinedAt: 5,
  ...change,
});

test('who renewed between two looks is alive; who did not is silent, unless others have promised', () => {
  const trust = { by: ['a.1'], othersMs: 9_000 };
  const before = [member('a'), member('b'), member('c', { trust }), member('d', { state: 'draining' })];
  const now = [
    member('a', { beat: 2 }),
    member('b'),
    member('c', { trust }),
    member('d', { state: 'draining', beat: 4 }),
    member('e'),
    member('f', { state: 'revoked', reason: 'it was silent' }),
  ];
  const { members } = describeArbitrated('orders', newAssignment('x', 1, 0), before, now);
  assert.deepEqual(
    members.map(({ pod, state, reason }) => [pod, state, reason]),
    [
      ['a', 'active', undefined],
      ['b', 'silent', undefined],
      ['c', 'promised', undefined],
      ['d', 'draining', undefined],
      ['e', 'active', undefined],
      ['f', 'revoked', 'it was silent'],
    ],
  );
});

test("the newest run is the one the holder's record says, under its own token only", () => {
  const entry = { token: 7, by: 'start', reason: 'r', at: 3, lastFire: 100, runs: 4 } as const;
  const assignment: Assignment = {
    ...newAssignment('x', 1, 0),
    artifacts: {
      'task/new': { ...entry, holder: 'a.1' },
      'task/old': { ...entry, holder: 'a.1' },
      'task/free': { ...entry, holder: null },
    },
    drained: { 'node/rack-1': { at: 1, by: 'x' } },
    moves: { 'task/old': 'b' },
  };
  const fires = { 'task/new': { token: 7, lastFire: 200, runs: 5 }, 'task/old': { token: 6, lastFire: 300, runs: 9 } };
  const status = describeArbitrated('orders', assignment, [], [member('a', { fires })]);
  assert.deepEqual(
    status.artifacts.map(({ artifact, holder, lastRun, runs }) => [artifact, holder, lastRun, runs]),
    [
      ['task/new', 'a', 200, 5],
      ['task/old', 'a', 100, 4],
      ['task/free', undefined, 100, 4],
    ],
  );
  assert.deepEqual(status.moves, [{ artifact: 'task/old', pod: 'b' }]);
  assert.deepEqual([status.members[0]?.drained, status.members[0]?.holds], [true, 2]);
});
