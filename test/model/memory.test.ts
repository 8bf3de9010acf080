/** What memory.ts and outage.ts show of the rules, and what they show of each rule broken. */
import { test } from 'node:test';
import { breaks, holds } from './claims-about-models.ts';
import { memoryModel, type MemoryRules } from './memory.ts';
import { outageModel } from './outage.ts';

test('an assignment made anew gives nothing to a second holder, and no run is run twice', (t) => {
  holds(t, memoryModel(), ['q runs what is due', "q deletes p's revoked record", 'p finds its lease over']);
});

test('leases and assignment lost together give nothing to a second holder', (t) => {
  holds(t, memoryModel({ lost: 'everything' }), ['q gives itself the artifact', 'p finds its lease over']);
});

test('someone who deletes the assignment and leases besides gives nothing to a second holder', (t) => {
  holds(t, memoryModel({ deletions: true }), ["someone deletes p's record", 'q gives itself the artifact']);
});

test('an arbiter that was away for any time has nobody revoked who still runs', (t) => {
  holds(t, outageModel(), ['the arbiter is back', 'a renewal of p is lost', 'q revokes p']);
});

const mutants: Readonly<Record<string, readonly [what: string, rules: Partial<MemoryRules>]>> = {
  'an assignment made anew that is used at once': ['I1', { waits: 'not at all' }],
  'an assignment made anew that is used while a member goes by the old one': ['I1', { waits: 'a lease' }],
  'an assignment made anew without a quiet time, the leases lost too,': [
    'I1',
    { waits: 'for all to follow', lost: 'everything' },
  ],
  'an epoch that begins at one again': ['I3', { epoch: 'from one' }],
  'a lease deleted while an assignment made anew waits': ['I1', { deletions: true, outOfSight: 'waits no longer' }],
  'a sweep before anything is placed': ['I4', { sweeps: 'at any time' }],
};

for (const [name, [what, rules]] of Object.entries(mutants))
  test(`${name} breaks ${what}`, (t) => {
    breaks(t, memoryModel(rules), what);
  });

test('waits that count on while the arbiter is away break I6', (t) => {
  breaks(t, outageModel({ blind: 'counts on' }), 'I6');
});
