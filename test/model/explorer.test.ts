/** The search itself, on models whose answers are known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search, tell, type Model } from './explorer.ts';

/** Two jugs of 3 and 5, from a film; 4 is to be measured. */
const jugs: Model<{ small: number; big: number }> = {
  initial: { small: 0, big: 0 },
  next({ small, big }, does) {
    does('fill the small one', { small: 3, big });
    does('fill the big one', { small, big: 5 });
    does('empty the small one', { small: 0, big });
    does('empty the big one', { small, big: 0 });
    const over = Math.min(small, 5 - big);
    does('small into big', { small: small - over, big: big + over });
    const back = Math.min(big, 3 - small);
    does('big into small', { small: small + back, big: big - back });
  },
  broken: ({ big }) => (big === 4 ? 'four' : undefined),
};

test('the shortest way to what is sought is found', () => {
  const { broken } = search(jugs);
  assert.equal(
    tell(broken!),
    `four, after 6 steps:
  1. fill the big one
  2. big into small
  3. empty the small one
  4. big into small
  5. fill the big one
  6. big into small`,
  );
});

test('every state is visited once, and no other', () => {
  const { states, complete, broken } = search({ ...jugs, broken: () => undefined });
  // One jug is always empty or full: 16 of 24.
  assert.deepEqual({ states, complete, broken }, { states: 16, complete: true, broken: undefined });
});

test('a quarter of a million states keep their identity while the store grows', () => {
  const { states, steps } = search<{ digits: number[] }>({
    initial: { digits: [0, 0, 0, 0, 0] },
    next: ({ digits }, does) =>
      digits.forEach((digit, i) => does(`turn ${i}`, { digits: digits.with(i, (digit + 1) % 12) })),
    broken: () => undefined,
  });
  assert.equal(states, 12 ** 5);
  assert.equal(steps, 5 * 12 ** 5 + 1);
});

test('words, booleans and nothing come back as they were', () => {
  const seen: unknown[] = [];
  search<{ a: { word: string; yes: boolean }; list: (number | null)[] }>({
    initial: { a: { word: 'cold', yes: false }, list: [7, null] },
    next: (state, does) => {
      seen.push(state);
      does('warm up', { a: { word: 'hot', yes: true }, list: [null, 191] });
    },
    broken: () => undefined,
  });
  assert.deepEqual(seen, [
    { a: { word: 'cold', yes: false }, list: [7, null] },
    { a: { word: 'hot', yes: true }, list: [null, 191] },
  ]);
});

test('a state from which only the adversary leads to the goal is stuck', () => {
  const model = (way: 'does' | 'fails'): Model<{ at: number }> => ({
    initial: { at: 0 },
    next({ at }, does, fails) {
      if (at === 0) fails('falls into a hole', { at: 1 });
      if (at === 0) does('walks home', { at: 2 });
      if (at === 1) (way === 'does' ? does : fails)('is lifted out', { at: 0 });
    },
    broken: () => undefined,
    goal: ({ at }) => at === 2,
  });
  assert.equal(search(model('does')).stuck, undefined);
  assert.deepEqual(search(model('fails')).stuck?.trace, ['falls into a hole']);
});

test('states that mean the same are folded into one', () => {
  const model: Model<{ a: number; b: number }> = {
    initial: { a: 0, b: 0 },
    next({ a, b }, does) {
      if (a < 9) does('a', { a: a + 1, b });
      if (b < 9) does('b', { a, b: b + 1 });
    },
    broken: () => undefined,
  };
  assert.equal(search(model).states, 100);
  assert.equal(search({ ...model, fold: ({ a, b }) => (a < b ? { a, b } : { a: b, b: a }) }).states, 55);
});

test('what can go on for ever is found, unless only the adversary keeps it going', () => {
  const model = (back: 'does' | 'fails'): Model<{ at: number }> => ({
    initial: { at: 0 },
    next({ at }, does, fails) {
      if (at < 3) does('step', { at: at + 1 });
      if (at === 3) (back === 'does' ? does : fails)('back', { at: 1 });
    },
    broken: () => undefined,
    progress: (before, after) => after.at > before.at,
  });
  assert.deepEqual(search(model('does')).circling?.trace, ['step']);
  assert.equal(search(model('fails')).circling, undefined);
});
