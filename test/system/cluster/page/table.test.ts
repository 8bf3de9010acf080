import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merged, spread, type Figure } from './table.ts';

const figure = (section: Figure['section'], measured: string): Figure => ({
  section,
  what: 'pod killed',
  measured,
  runs: 3,
  load: 1.6,
});

test('sections stand in the order of the page, whoever was first, and a new run takes the place of the old', () => {
  const first = merged('', 'coordination', [figure('coordination', '1.3 s')]);
  const second = merged(first, 'single replica', [figure('single replica', '9 s')]);
  const third = merged(second, 'single replica', [figure('single replica', '2 s')]);
  assert.deepEqual(third.trim().split('\n').slice(2), [
    '| single replica | pod killed | 2 s | 3 | 2 |',
    '| coordination | pod killed | 1.3 s | 3 | 2 |',
  ]);
});

test('several times are told by their middle and their worst', () => {
  assert.equal(spread([900]), '0.90 s');
  assert.equal(spread([1_860, 900, 1_300]), '1.30 s median, 1.86 s worst');
  assert.equal(spread([63_240]), '63.2 s');
});
