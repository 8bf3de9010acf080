/** The invariants under a random adversary, and proof that the checker would see them broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutants } from './mutants.ts';
import { inThread } from './simulation-thread.ts';

/** SEEDS=500 looks longer than npm test does; SEED=17 looks at one. */
const seeds: readonly number[] = process.env['SEED']
  ? [Number(process.env['SEED'])]
  : Array.from({ length: Number(process.env['SEEDS'] ?? 16) }, (_, i) => i + 1);

test('no invariant breaks under crashes, freezes, partitions, lost answers, deleted records and clocks of different rates', async () => {
  const { violations, refused, runs } = await inThread({ seeds });
  assert.deepEqual(violations.slice(0, 3), []);
  // Or the adversary would be too kind: a lease alone does not keep late effects out, tokens do.
  assert.ok(process.env['SEED'] || refused > 0, 'no stale effect reached a resource');
  assert.ok(runs > 100 * seeds.length, `only ${runs} due runs`);
});

test('nor with peer promises, while some do not hear each other', async () => {
  const { violations, runs } = await inThread({ seeds, peers: true });
  assert.deepEqual(violations.slice(0, 3), []);
  assert.ok(runs > 100 * seeds.length, `only ${runs} due runs`);
});

test('nor with threads that renew, while main loops stand still', async () => {
  const { violations, runs } = await inThread({ seeds, threads: true });
  assert.deepEqual(violations.slice(0, 3), []);
  assert.ok(runs > 100 * seeds.length, `only ${runs} due runs`);
});

for (const [name, { breaks }] of Object.entries(mutants)) {
  test(`the checker catches ${name} (${breaks})`, async () => {
    const { violations } = await inThread({ mutant: name, seeds: Array.from({ length: 60 }, (_, i) => i + 1) });
    assert.ok(
      violations.some(({ invariant }) => invariant === breaks),
      `60 seeds did not break ${breaks}`,
    );
  });
}
