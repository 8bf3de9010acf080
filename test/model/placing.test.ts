/** What placing.ts shows of the rules, and what it shows of each rule broken. */
import { test } from 'node:test';
import { breaks, circles, holds, scale } from './claims-about-models.ts';
import { placingModel } from './placing.ts';

test('on a failure only orphans move, nothing goes to and fro, and a way leads back to even loads from everywhere', (t) => {
  holds(t, placingModel(), [
    'a stops x, which b should have',
    'a stops x, which someone wants at b',
    'b stops y, for it stops itself',
    'c revokes a',
    'c is to stop',
    'a is back in time',
  ]);
});

test('a group moves as one, whoever falls silent while it does', (t) => {
  const group = { group: 'g' };
  holds(t, placingModel({ x: group, y: group, people: scale > 1 }), ['b stops y, which a should have', 'c writes']);
});

if (scale > 1)
  test('what should be apart comes to rest too', (t) => {
    const apart = { apart: ['w'] };
    holds(t, placingModel({ x: apart, y: apart }), ['c writes']);
  });

test('a move that is written before the artifact stopped breaks I1', (t) => {
  breaks(t, placingModel({ gives: 'before stopping' }), 'I1');
});

test('silence taken for death breaks I6', (t) => {
  breaks(t, placingModel({ orphans: 'of the silent too' }), 'I6');
});

test('balance that does not count goes round in circles', (t) => {
  circles(t, placingModel({ balances: 'whoever has something gives it', people: false }));
});
