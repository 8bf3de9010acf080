/** What lease.ts shows of the rules, and what it shows of each rule broken. */
import { test } from 'node:test';
import { leaseModel, type LeaseRules } from './lease.ts';
import { breaks, holds, scale } from './claims-about-models.ts';

/** MODEL_SCALE=2 searches finer ticks: a lease of six, of which two are margin. */
const finer: Partial<LeaseRules> = scale > 1 ? { leaseMs: 6, marginMs: 2, slipEvery: 3 } : {};

test('two observers race for what a silent member held, and never are two at work', (t) => {
  holds(t, leaseModel(finer), [
    'q revokes',
    'q takes the artifact',
    'r comes too late',
    'p does it, late: refused by its token',
  ]);
});

test('whatever record someone deletes, and whenever, nobody acts beside the holder', (t) => {
  const rules: Partial<LeaseRules> = { observers: 1, alike: false, deletions: true, ...finer };
  holds(t, leaseModel(rules), [
    'q gives p its record back',
    'a creation from long ago is accepted',
    'p itself writes that it is revoked',
  ]);
});

const mutants: Readonly<Record<string, readonly [what: string, rules: Partial<LeaseRules>]>> = {
  'a lease trusted to its very end': ['I1', { marginMs: 0 }],
  'a clock that errs by more than the margin': ['I1', { slipEvery: 2 }],
  'a lease that counts from the answer to its renewal': ['I1', { counts: 'from the answer' }],
  'a conflict taken for a renewal': ['I1', { conflict: 'extends' }],
  'a revocation that overwrites whatever is there': ['I3', { revokes: 'blindly' }],
  'an assignment that overwrites whatever is there': ['I1', { assigns: 'blindly', observers: 2 }],
  'a resource that does not look at tokens': ['I2', { tokens: 'ignored' }],
  'an absent record taken for a dead member': ['I1', { deletions: true, absence: 'taken as gone at once' }],
  'a record absent for a lease taken for a dead member': [
    'I1',
    { deletions: true, absence: 'taken as gone after a lease' },
  ],
  'a stand-in written only after the wait': ['I1', { deletions: true, absence: 'revoked after a lease' }],
  'a stand-in taken for a record of its own': ['I1', { deletions: true, adopts: 'whatever is active' }],
  'a boot id that is created twice': ['I1', { deletions: true, unheard: 'creates it again' }],
};

for (const [name, [what, rules]] of Object.entries(mutants))
  test(`${name} breaks ${what}`, (t) => {
    breaks(t, leaseModel({ observers: 1, alike: false, ...rules }), what);
  });
