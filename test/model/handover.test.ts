/** What handover.ts shows of the rules, and what it shows of each rule broken. */
import { test } from 'node:test';
import { breaks, holds, scale, stalls } from './claims-about-models.ts';
import type { HandoverRules } from './handover-state.ts';
import { handoverModel } from './handover.ts';

test('whoever gets the artifact, however often, no run is run twice and only one is at work', (t) => {
  holds(t, handoverModel({ writes: scale + 1 }), [
    'a write from long ago is accepted',
    'p writes the same again',
    'p finds that an earlier renewal was accepted',
    'p takes over from q',
    'q stops and gives it to p',
    'p revokes its own old record',
    "q deletes p's revoked record",
  ]);
});

test('whatever record someone deletes, no run is run twice', (t) => {
  holds(t, handoverModel({ writes: scale, deletions: true }), ['q gives p its record back', 'q claims run 2']);
});

const mutants: Readonly<Record<string, readonly [what: string, rules: Partial<HandoverRules>]>> = {
  'a renewal that overwrites whatever is there': ['I1', { renews: 'blindly' }],
  'a claim that overwrites whatever is there': ['I4', { renews: 'blindly' }],
  'a claim granted before it is accepted': ['I4', { grants: 'what was asked' }],
  'a claim granted to a term that is over': ['I4', { grants: 'though the term is over' }],
  'a move that is written before the artifact stopped': ['I1', { gives: 'before stopping' }],
  'a move that does not tell of the newest run': ['I4', { tells: 'nothing of runs' }],
  'a start under the old token while a release may yet be accepted': ['I1', { unsure: 'starts again' }],
  'a run under the old token while a release may yet be accepted': ['I4', { unsure: 'starts again' }],
  'a record deleted, not revoked, by a process that starts over': [
    'I4',
    { startsOver: 'deleted', unknown: 'what its entry tells' },
  ],
  'a deleted record taken for one without runs': ['I4', { deletions: true, unknown: 'what its entry tells' }],
  'a copy of the assignment that goes back': ['I1', { copies: 'may go back' }],
};

for (const [name, [what, rules]] of Object.entries(mutants))
  test(`${name} breaks ${what}`, (t) => {
    breaks(t, handoverModel({ writes: 2, ...rules }), what);
  });

test('a release that nobody knows the end of, and nobody writes over, leaves the artifact without a holder', (t) => {
  stalls(t, handoverModel({ writes: 1, unsure: 'waits' }));
});
