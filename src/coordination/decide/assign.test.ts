import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newAssignment, type Assignment, type AssignmentEntry, type MemberRecord } from '../records.ts';
import { assign, type AssignFacts } from './assign.ts';
import { rebalance } from './rebalance.ts';

function member(pod: string, change: Partial<MemberRecord> = {}): MemberRecord {
  const boot = `${pod}.1`;
  return { v: 1, boot, pod, node: 'n', state: 'active', beat: 1, leaseMs: 1_200, offer: 'all', joinedAt: 0, ...change };
}

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

test('only what a revoked or absent member held moves, and its token is above every one before', () => {
  for (const members of [[member('a'), member('b', { state: 'revoked' })], [member('a')]]) {
    const assignment = held({ 'task/a': 'a.1', 'task/b': 'b.1', 'task/c': 'a.1' });
    const { assignment: next, moves } = assign(facts({ assignment, members }));
    assert.deepEqual(
      moves.map((move) => [move.artifact, move.from, move.to, move.by]),
      [['task/b', 'b.1', 'a.1', 'failover']],
    );
    assert.equal(next?.artifacts['task/b']?.token, 21);
    assert.equal(next.artifacts['task/a']?.token, 10);
  }
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
  const early = assign(facts({ assignment: held({ 'task/a': 'gone.1' }), gathered: false }));
  assert.deepEqual(
    early.moves.map((move) => move.artifact),
    ['task/a'],
  );
});

test('a move keeps the last run and the count of runs', () => {
  const assignment = held({ 'task/a': 'gone.1' }, { lastFire: 500, runs: 7 });
  const entry = assign(facts({ assignment, gathered: false })).assignment?.artifacts['task/a'];
  assert.equal(entry?.lastFire, 500);
  assert.equal(entry.runs, 7);
});

test('a claim and a hand-over go into one write', () => {
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'b.1' });
  const { assignment: next, answers } = assign(
    facts({
      assignment,
      requests: [
        { kind: 'claim', artifact: 'task/a', token: 10, dueAt: 100, attempted: false },
        { kind: 'release', artifact: 'task/b', token: 10, by: 'handover', reason: 'a stops' },
        { kind: 'claim', artifact: 'task/a', token: 10, dueAt: 100, attempted: false },
        { kind: 'claim', artifact: 'task/c', token: 10, dueAt: 100, attempted: false },
      ],
    }),
  );
  assert.equal(next?.artifacts['task/a']?.lastFire, 100);
  assert.equal(next.artifacts['task/b']?.holder, 'b.1');
  assert.deepEqual(answers, [
    'written',
    'written',
    { refused: 'the run was claimed before' },
    { refused: 'another member holds the artifact by now' },
  ]);
});

test('a claim whose answer was lost is granted when the record shows it', () => {
  const assignment = held({ 'task/a': 'a.1', 'task/b': 'b.1', 'task/c': 'b.1' }, { lastFire: 100 });
  const claim = { kind: 'claim', artifact: 'task/a', token: 10, dueAt: 100, attempted: true } as const;
  const { answers, assignment: next } = assign(facts({ assignment, requests: [claim] }));
  assert.deepEqual(answers, ['done']);
  assert.equal(next, undefined);
  assert.deepEqual(assign(facts({ assignment, requests: [{ ...claim, token: 9 }] })).answers, [
    { refused: 'another member holds the artifact by now' },
  ]);
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

test('balance moves one artifact from the most loaded member to a lighter one, and never back', () => {
  const members = [member('a'), member('b')];
  const settled = { members, sinceLastMs: 5_000, rebalanceMs: 5_000 };
  const uneven = held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'a.1' });
  assert.equal(rebalance({ ...settled, assignment: uneven, me: 'a.1' })?.to, 'b');
  assert.equal(rebalance({ ...settled, assignment: uneven, me: 'b.1' }), undefined);
  assert.equal(rebalance({ ...settled, sinceLastMs: 4_999, assignment: uneven, me: 'a.1' }), undefined);
  const even = held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'b.1' });
  assert.equal(rebalance({ ...settled, assignment: even, me: 'a.1' }), undefined);
  const byHand = held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'a.1' }, { by: 'move' });
  assert.equal(rebalance({ ...settled, assignment: byHand, me: 'a.1' }), undefined);
  const orphaned = held({ 'task/a': 'a.1', 'task/b': 'a.1', 'task/c': 'gone.1' });
  assert.equal(rebalance({ ...settled, assignment: orphaned, me: 'a.1' }), undefined);
});
