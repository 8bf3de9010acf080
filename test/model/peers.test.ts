/** What peers.ts shows of peer promises, and what it shows of each rule broken. */
import { test } from 'node:test';
import { breaks, holds, scale } from './claims-about-models.ts';
import { peersModel, type PeersMutant, type PeersOptions } from './peers.ts';

const one: PeersOptions = {
  peers: 1,
  lease: 2,
  margin: 0,
  missesOneIn: 0,
  writes: scale,
  sets: [0, 1],
  outage: 0,
  othersWait: 0,
  claims: true,
};
const two: PeersOptions = { ...one, writes: 1, peers: 2, sets: scale > 1 ? [0, 1, 2, 3] : [0, 3], claims: false };
/** Enough to break what is broken. */
const quick: PeersOptions = { ...two, lease: 1, sets: [0, 3] };
const slowClock: PeersOptions = { ...one, writes: 1, lease: 4, margin: 1, missesOneIn: 4, claims: false };
const outage: PeersOptions = { ...two, margin: 1, missesOneIn: 2, sets: [0, 1, 2], outage: 3, othersWait: 5 };

test('with one peer and the arbiter in turn, nobody is replaced while at work and no run is run twice', (t) => {
  holds(t, peersModel(one), [
    'peer 0 refuses',
    'peer 0 revokes',
    'the holder runs it',
    'the arbiter takes that nobody is trusted',
    'the holder hears that it was revoked',
    'someone who saw the exit revokes',
  ]);
});

test('so it is when the clock of the holder runs too slow, by as much as the margin allows', (t) => {
  holds(t, peersModel(slowClock), ['a tick that the holder misses', 'the promise of peer 0 arrives']);
});

test('so it is while the record goes from nobody to two peers and back', (t) => {
  holds(t, peersModel(two), ['the arbiter takes that 0 and 1 is trusted', 'peer 1 revokes']);
});

test(
  'others may revoke after the longest outage, and not before the holder has stopped',
  { skip: scale === 1 && 'half a minute; MODEL_SCALE=2 searches it' },
  (t) => holds(t, peersModel(outage), ['the arbiter takes that 0 is trusted', 'peer 1 revokes']),
);

test(
  'and so it is with two peers that come, go and know of claims',
  { skip: scale === 1 && 'minutes; MODEL_SCALE=2 searches it' },
  (t) => holds(t, peersModel({ ...two, sets: [3], claims: true }), ['the holder runs it']),
);

const mutants: Readonly<Record<PeersMutant, readonly [what: string, options: PeersOptions]>> = {
  'a named peer counts as promised once the record is accepted': ['I1', one],
  'a promise counts from its answer': ['I1', one],
  'whoever sees the record may revoke': ['I1', { ...quick, sets: [0, 1, 2] }],
  'a peer that refused answers again': ['I1', one],
  'a peer forgets that it refused': ['I1', one],
  'the promises of all but one are enough': ['I1', quick],
  'the longest promise counts': ['I1', quick],
  'a write of unknown outcome is ignored': ['I1', { ...one, claims: false }],
  'a claim looks at the known record only': ['I4', one],
  'a claim is made when one peer was told': ['I4', { ...quick, sets: [3], claims: true }],
  'the revoker does not add the claims it knows': ['I4', one],
  'someone who saw the exit takes the record for all there is': ['I4', one],
  'a revocation overwrites whatever is there': ['I1', one],
  'a named peer does not wait from when it saw the record': ['I1', one],
  'a lease is trusted to its very end': ['I1', slowClock],
  'others wait no longer than the holder trusts its peers': ['I1', outage],
};

for (const [mutant, [what, options]] of Object.entries(mutants) as [
  PeersMutant,
  readonly [what: string, options: PeersOptions],
][])
  test(`${mutant}: breaks ${what}`, (t) => {
    breaks(t, peersModel({ ...options, mutant }), what);
  });
