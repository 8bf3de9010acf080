import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { member } from '../fixtures/member.ts';
import { newAssignment, type Assignment, type AssignmentEntry, type MemberRecord, type Offer } from '../records.ts';
import { Loads } from './loads.ts';
import { rebalance, type Shift } from './rebalance.ts';

const members: readonly MemberRecord[] = [member('a'), member('b'), member('c')];

function held(
  holders: Readonly<Record<string, string | null>>,
  offer: Offer = {},
  change: Partial<AssignmentEntry> = {},
): Assignment {
  const entry = { token: 10, by: 'start', reason: '', at: 0, runs: 0, ...change } as const;
  const artifacts = Object.fromEntries(Object.entries(holders).map(([key, holder]) => [key, { ...entry, holder }]));
  const all = Object.fromEntries(Object.keys(holders).map((key) => [key, offer[key] ?? {}]));
  return { ...newAssignment('test', 20, 0), offers: { all }, artifacts };
}

/** What all members do together, one round. */
function shifts(assignment: Assignment, among = members, settled = true): Shift[] {
  return among.flatMap(({ boot: me }) => rebalance({ assignment, members: among, me, settled }));
}

function after(assignment: Assignment, done: readonly Shift[]): Assignment {
  const artifacts = { ...assignment.artifacts };
  for (const { artifact, to } of done) artifacts[artifact] = { ...artifacts[artifact]!, holder: `${to}.1` };
  return { ...assignment, artifacts };
}

const three = { x: 'a.1', y: 'a.1', z: 'a.1' };

test('balance waits until the members have been the same for a while', () => {
  assert.deepEqual(shifts(held(three), members, false), []);
  assert.equal(shifts(held(three)).length, 2);
});

test('nothing moves for balance while something has no holder and could have one', () => {
  assert.deepEqual(shifts(held({ ...three, orphan: 'gone.1' })), []);
});

test('what was moved by hand stays', () => {
  assert.deepEqual(shifts(held(three, {}, { by: 'move' })), []);
});

test('one round evens any loads out with as few moves as can be, and the next one finds nothing to do', () => {
  const loads = fc.tuple(fc.nat(15), fc.nat(15), fc.nat(15));
  fc.assert(
    fc.property(loads, (counts) => {
      const names = members.flatMap(({ boot }, i) => Array.from({ length: counts[i]! }, (_, n) => [`${i} ${n}`, boot]));
      const assignment = held(Object.fromEntries(names) as Record<string, string>);
      const done = shifts(assignment);
      const next = after(assignment, done);
      const reached = members.map(({ boot }) => new Loads(next).of(boot));
      assert.ok(Math.max(...reached) - Math.min(...reached) <= 1, `${counts.join()} became ${reached.join()}`);
      const ceiling = Math.ceil(names.length / 3);
      const most = counts.reduce((sum, count) => sum + Math.max(0, count - Math.floor(names.length / 3)), 0);
      const least = counts.reduce((sum, count) => sum + Math.max(0, count - ceiling), 0);
      assert.ok(done.length >= least && done.length <= most, `${done.length} moves for ${counts.join()}`);
      assert.deepEqual(shifts(next), []);
    }),
  );
});

test('heavy artifacts end within the weight of one artifact', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(weights, (list) => {
      const offer = Object.fromEntries(list.map((weight, i) => [`t${i}`, { weight }]));
      const assignment = held(Object.fromEntries(list.map((_, i) => [`t${i}`, 'a.1'])), offer);
      const next = after(assignment, shifts(assignment));
      const reached = members.map(({ boot }) => new Loads(next).of(boot));
      assert.ok(Math.max(...reached) - Math.min(...reached) <= Math.max(...list), `${list.join()}: ${reached.join()}`);
      assert.deepEqual(shifts(next), []);
    }),
  );
});

test('a drained pod or node gives everything away at once, and gets nothing', () => {
  const node = [member('a', { node: 'n1' }), member('b', { node: 'n1' }), member('c', { node: 'n2' })];
  const drained = { 'node/n1': { at: 0, by: 'someone' } } as const;
  const assignment = { ...held({ x: 'a.1', y: 'b.1', z: 'c.1' }), drained };
  const done = shifts(assignment, node, false);
  assert.deepEqual(
    done.map(({ artifact, to, by }) => [artifact, to, by]),
    [
      ['x', 'c', 'drain'],
      ['y', 'c', 'drain'],
    ],
  );
  assert.deepEqual(shifts(after(assignment, done), node), []);
});

test('what only drained members can hold stays where it is', () => {
  const drained = { 'pod/a': { at: 0, by: 'someone' } } as const;
  assert.deepEqual(shifts({ ...held({ x: 'a.1' }, { x: { pins: ['a'] } }), drained }), []);
});

test('a group moves as one, and a part of it follows the rest', () => {
  const offer = { x: { group: 'g' }, y: { group: 'g' }, z: { group: 'g' } };
  const scattered = held({ x: 'a.1', y: 'b.1', z: 'b.1' }, offer);
  assert.deepEqual(
    shifts(scattered).map(({ artifact, to }) => [artifact, to]),
    [['x', 'b']],
  );
  const other = { v: {}, w: {} };
  const together = held({ x: 'a.1', y: 'a.1', z: 'a.1', v: 'a.1', w: 'a.1' }, { ...offer, ...other });
  const next = after(together, shifts(together));
  const homes = new Set(['x', 'y', 'z'].map((key) => next.artifacts[key]!.holder));
  assert.equal(homes.size, 1);
});

test('what should be apart is taken apart although the loads are even', () => {
  const offer = { x: { apart: ['heavy'] }, y: { apart: ['heavy'] } };
  const assignment = held({ x: 'a.1', y: 'a.1', v: 'b.1', w: 'b.1', r: 'c.1', s: 'c.1' }, offer);
  const next = after(assignment, shifts(assignment));
  assert.notEqual(next.artifacts['x']!.holder, next.artifacts['y']!.holder);
});
