import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../fixtures/member.ts';
import { newAssignment, type Assignment, type AssignmentEntry } from '../records.ts';
import { assign, type AssignFacts } from './assign.ts';

/** Revoked, and last heard of as a holder. */
const gone = member('gone', { state: 'revoked' });

const offer = { 'task/a': {}, 'task/b': {}, 'task/c': {} };

function held(holders: Readonly<Record<string, string | null>>, change: Partial<AssignmentEntry> = {}): Assignment {
  const entry = { token: 10, by: 'start', reason: '', at: 0, runs: 0, ...change } as const;
  const artifacts = Object.fromEntries(Object.entries(holders).map(([key, holder]) => [key, { ...entry, holder }]));
  return { ...newAssignment('test', 20, 0), offers: { all: offer }, artifacts };
}

function facts(change: Partial<AssignFacts>): AssignFacts {
  const me = member('a');
  return {
    assignment: newAssignment('test', 20, 0),
    members: [me, member('b')],
    me,
    offer,
    requests: [],
    mayPlace: true,
    gathered: true,
    wall: 0,
    ...change,
  };
}

test('nothing is written when everything has a holder', () => {
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'b.1', 'task/c': 'b.1' });
  assert.equal(assign(facts({ assignment })).assignment, undefined);
});

test('only what a revoked member held moves, and its token is above every one before', () => {
  const members = [member('a'), member('b', { state: 'revoked' })];
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'b.1', 'task/c': 'a.1' });
  const { assignment: next, moves } = assign(facts({ assignment, members }));
  assert.deepEqual(
    moves.map((move) => [move.artifact, move.from, move.to, move.by]),
    [['task/b', 'b.1', 'a.1', 'failover']],
  );
  assert.equal(next?.artifacts['task/b']?.token, 21);
  assert.equal(next.artifacts['task/a']?.token, 10);
});

test('a holder whose record is absent keeps its artifacts: someone deleted it, and it may still act', () => {
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'b.1', 'task/c': 'a.1' });
  assert.equal(assign(facts({ assignment, members: [member('a')] })).assignment, undefined);
});

test('where the runs of a lost holder are not known, everything due until now counts as run', () => {
  const assignment = held({ 'task/a': 'b.1', 'task/b': 'a.1', 'task/c': 'a.1' }, { lastFire: 100, runs: 0 });
  const members = [member('a'), member('b', { state: 'revoked', firesUnknown: true })];
  const entry = assign(facts({ assignment, members, wall: 900 })).assignment?.artifacts['task/a'];
  assert.deepEqual([entry?.lastFire, entry?.runs], [900, 1]);
});

test('an assignment that was made anew learns of runs from the records of those who claimed them', () => {
  const fires = { 'task/a': { token: 10, lastFire: 600, runs: 8 } };
  const members = [member('a'), member('b', { fires })];
  const next = assign(facts({ members })).assignment;
  assert.deepEqual([next?.artifacts['task/a']?.lastFire, next?.artifacts['task/a']?.runs], [600, 8]);
  assert.equal(next?.artifacts['task/b']?.lastFire, undefined);
});

test('tokens rise also when the arbiter was put back to an older state', () => {
  const assignment = held({ 'task/a': 'gone.1', 'task/b': 'a.1', 'task/c': 'a.1' });
  const next = assign(facts({ assignment, members: [member('a'), gone], wall: 5_000 })).assignment;
  assert.equal(next?.artifacts['task/a']?.token, 5_000);
});

test('what a draining member holds stays with it: it hands over by itself', () => {
  const members = [member('a'), member('b', { state: 'draining' })];
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'b.1', 'task/c': 'a.1' });
  assert.equal(assign(facts({ assignment, members })).assignment, undefined);
});

test('nothing is placed while the object may not be trusted yet, nor new artifacts while members gather', () => {
  const fresh = assign(facts({ mayPlace: false }));
  assert.deepEqual(fresh.moves, []);
  assert.deepEqual(Object.keys(fresh.assignment?.offers ?? {}), ['all']);
  const early = assign(
    facts({ assignment: held({ 'task/a': 'gone.1' }), members: [member('a'), gone], gathered: false }),
  );
  assert.deepEqual(
    early.moves.map((move) => move.artifact),
    ['task/a'],
  );
});

test('a failover knows every run that the lost holder claimed under its token, and no other', () => {
  const assignment = held({ 'task/a': 'b.1', 'task/b': 'a.1', 'task/c': 'a.1' }, { lastFire: 500, runs: 7 });
  const after = (token: number): AssignmentEntry | undefined => {
    const fires = { 'task/a': { token, lastFire: 600, runs: 8 } };
    const members = [member('a'), member('b', { state: 'revoked', fires })];
    return assign(facts({ assignment, members })).assignment?.artifacts['task/a'];
  };
  assert.deepEqual([after(10)?.lastFire, after(10)?.runs], [600, 8]);
  assert.deepEqual([after(9)?.lastFire, after(9)?.runs], [500, 7]);
});

test('a hand-over tells of the run that was claimed last', () => {
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'b.1' }, { lastFire: 50, runs: 1 });
  const release = { kind: 'release', token: 10, by: 'handover', reason: 'a stops' } as const;
  const fire = { token: 10, lastFire: 100, runs: 2 };
  const { assignment: next, answers } = assign(
    facts({
      assignment,
      requests: [
        { ...release, artifact: 'task/a', fire },
        { ...release, artifact: 'task/b' },
        { ...release, artifact: 'task/c' },
      ],
    }),
  );
  assert.deepEqual(answers, ['written', 'written', 'done']);
  const runs = (key: string): unknown[] => [next?.artifacts[key]?.holder, next?.artifacts[key]?.lastFire];
  assert.deepEqual(
    [runs('task/a'), runs('task/b'), runs('task/c')],
    [
      ['b.1', 100],
      ['b.1', 50],
      ['b.1', 50],
    ],
  );
});

test('an artifact without a holder goes to the pod that was asked for, and the wish is settled', () => {
  const members = ['a', 'b', 'c'].map((pod) => member(pod));
  for (const pod of ['a', 'b', 'c']) {
    const assignment = { ...held({ 'task/a': null, 'task/b': 'a.1', 'task/c': 'b.1' }), moves: { 'task/a': pod } };
    const next = assign(facts({ assignment, members })).assignment;
    assert.equal(next?.artifacts['task/a']?.holder, `${pod}.1`);
    assert.equal(next.moves, undefined);
  }
});

test('without another member, what is released has no holder until one comes', () => {
  const assignment = held({ 'task/a': 'a.1' });
  const release = { kind: 'release', artifact: 'task/a', token: 10, by: 'handover', reason: 'a stops' } as const;
  const leaving = facts({
    assignment,
    members: [member('a', { state: 'draining' })],
    requests: [release],
    gathered: false,
  });
  const next = assign(leaving).assignment!;
  assert.equal(next.artifacts['task/a']?.holder, null);
  const later = assign(facts({ assignment: next, members: [member('b')], me: member('b'), gathered: false }));
  assert.equal(later.assignment?.artifacts['task/a']?.holder, 'b.1');
});

test('offers that no member names are dropped, with the entries that say nothing any more', () => {
  const assignment: Assignment = { ...held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'a.1', 'task/old': null }) };
  const both = { ...assignment, offers: { all: offer, old: { 'task/old': {} } } };
  const next = assign(facts({ assignment: both })).assignment;
  assert.deepEqual(Object.keys(next?.offers ?? {}), ['all']);
  assert.equal(next?.artifacts['task/old'], undefined);
});
