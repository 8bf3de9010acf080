import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { member } from '../fixtures/member.ts';
import type { AssignmentEntry, MemberRecord, Offer } from '../records.ts';
import { Loads } from './loads.ts';
import { place, type PlacementFacts } from './place.ts';

function entry(holder: string | null): AssignmentEntry {
  return { holder, token: 1, by: 'start', reason: '', at: 0, runs: 0 };
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

function spread(facts: PlacementFacts, asked: readonly string[]): number[] {
  const artifacts = { ...facts.artifacts };
  for (const { artifact, holder } of place(asked, facts)) artifacts[artifact] = entry(holder);
  const loads = new Loads({ offers: facts.offers, artifacts });
  return facts.members.map(({ boot }) => loads.of(boot));
}

/** Keys are a kind and any name. */
const key = fc.string().map((name) => `task/${name}`);

test('ordinary artifacts are spread so that loads differ by one at most, whatever their names', () => {
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (asked, count) => {
      const all: Offer = Object.fromEntries(asked.map((artifact) => [artifact, {}]));
      const loads = spread(
        { members: names('pod', count).map((pod) => member(pod)), offers: { all }, artifacts: {} },
        asked,
      );
      assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `loads ${loads.join()}`);
      assert.equal(
        loads.reduce((sum, load) => sum + load, 0),
        asked.length,
      );
    }),
  );
});

test('heavy artifacts leave loads within the weight of the heaviest one', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 5 }), (list, count) => {
      const all: Offer = Object.fromEntries(list.map((weight, i) => [`task/${i}`, { weight }]));
      const members = names('pod', count).map((pod) => member(pod));
      const loads = spread({ members, offers: { all }, artifacts: {} }, Object.keys(all));
      assert.ok(
        Math.max(...loads) - Math.min(...loads) <= Math.max(...list),
        `loads ${loads.join()} of ${list.join()}`,
      );
    }),
  );
});

test('the orphans of a lost member leave the others within one of each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 2, max: 6 }), (artifactCount, podCount) => {
      const asked = names('task', artifactCount);
      const offers = { all: Object.fromEntries(asked.map((artifact) => [artifact, {}])) };
      const members = names('pod', podCount).map((pod) => member(pod));
      const placed = place(asked, { members, offers, artifacts: {} });
      const lost = members[0]!.boot;
      const kept = placed.filter(({ holder }) => holder !== lost);
      const artifacts = Object.fromEntries(kept.map(({ artifact, holder }) => [artifact, entry(holder)]));
      const orphans = placed.filter(({ holder }) => holder === lost).map(({ artifact }) => artifact);
      const loads = spread({ members: members.slice(1), offers, artifacts }, orphans);
      assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `loads ${loads.join()}`);
    }),
  );
});

test('the order in which artifacts and members are named changes nothing', () => {
  const asked = names('task', 12);
  const offers = { all: Object.fromEntries(asked.map((artifact) => [artifact, {}])) };
  const members = names('pod', 4).map((pod) => member(pod));
  const one = place(asked, { members, offers, artifacts: {} });
  const other = place(asked.toReversed(), { members: members.toReversed(), offers, artifacts: {} });
  assert.deepEqual(one, other);
});

test('an artifact comes back to the same pod after its restart under another boot id', () => {
  const asked = names('task', 6);
  const offers = { all: Object.fromEntries(asked.map((artifact) => [artifact, {}])) };
  const podsOf = (members: readonly MemberRecord[]): (string | undefined)[] =>
    place(asked, { members, offers, artifacts: {} }).map(
      ({ holder }) => members.find((one) => one.boot === holder)?.pod,
    );
  const before = podsOf([member('a'), member('b', { boot: 'b.1' }), member('c')]);
  assert.deepEqual(podsOf([member('a'), member('b', { boot: 'b.2' }), member('c')]), before);
});

test('pins, offers and states decide who can hold an artifact', () => {
  const members = [
    member('a'),
    member('b'),
    member('c', { state: 'draining' }),
    member('d', { offer: 'isolated' }),
    member('e', { state: 'revoked' }),
  ];
  const offers = { all: { free: {}, pinned: { pins: ['b', 'c'] }, nowhere: { pins: ['c'] } }, isolated: { alone: {} } };
  const found = Object.fromEntries(
    place(['free', 'pinned', 'nowhere', 'alone', 'unknown'], { members, offers, artifacts: {} }).map((one) => [
      one.artifact,
      one.holder,
    ]),
  );
  assert.ok(found['free'] === 'a.1' || found['free'] === 'b.1');
  assert.equal(found['pinned'], 'b.1');
  assert.equal(found['alone'], 'd.1');
  assert.equal(found['nowhere'], null);
  assert.equal(found['unknown'], null);
});

test('a pin may name a node: whoever runs there can hold the artifact', () => {
  const members = [member('a', { node: 'rack-1' }), member('b', { node: 'rack-2' })];
  const offers = { all: { pinned: { pins: ['rack-2'] } } };
  assert.equal(place(['pinned'], { members, offers, artifacts: {} })[0]?.holder, 'b.1');
});
