import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../fixtures/member.ts';
import type { Fires } from '../records.ts';
import { revocations, revokedRecord, type Observed } from './revoke.ts';
import { goodUntil, knownToAll, othersWaitMs, whomToName, type PossibleRecord, type PromisesHeard } from './trust.ts';

const times = { leaseMs: 1_200, marginMs: 300, outageMs: 10_000 };
const trust = { by: ['b', 'c'], othersMs: 14_000 };

function record(sentAt: number, change: Partial<PossibleRecord> = {}): PossibleRecord {
  return { sentAt, trust: undefined, fires: undefined, ...change };
}

function heard(askedAt: Readonly<Record<string, number>>, fires?: Fires): PromisesHeard {
  return new Map(Object.entries(askedAt).map(([boot, at]) => [boot, { askedAt: at, fires }]));
}

test('with promises a lease is good as long as the oldest of them', () => {
  assert.equal(goodUntil([record(0, { trust })], heard({ b: 5_000, c: 4_000 }), times), 4_900);
  assert.equal(goodUntil([record(0, { trust })], heard({ b: 5_000 }), times), 900, 'one has not promised');
});

test('promises count for nothing while a record may stand that names nobody', () => {
  const records = [record(0, { trust }), record(4_000)];
  assert.equal(goodUntil(records, heard({ b: 9_000, c: 9_000 }), times), 4_900);
});

test('promises end with the longest outage, and others wait longer by as much as clocks may differ', () => {
  assert.equal(goodUntil([record(0, { trust })], heard({ b: 9_900, c: 9_900 }), times), 10_000);
  assert.equal(othersWaitMs(times), 13_334);
});

test('a claim is known when everyone knows it who may revoke, whichever record stands', () => {
  const fires = { 'task/a': { token: 3, lastFire: 70, runs: 1 } };
  const told = heard({ b: 0, c: 0 }, fires);
  const known = (records: PossibleRecord[], by = told): boolean => 'task/a' in knownToAll(fires, records, by);
  assert.equal(known([record(0, { trust })]), true);
  assert.equal(known([record(0, { trust })], new Map([...told].slice(0, 1))), false);
  assert.equal(known([record(0, { trust }), record(1)]), false, 'the newer one may stand and does not say it');
  assert.equal(known([record(0, { trust }), record(1, { fires })]), true);
  assert.equal(known([]), false);
});

test('a record goes back to renewals at once, and names others after a while of calm', () => {
  const facts = { named: undefined, peers: ['b', 'c'], answering: ['b', 'c'], calmForMs: 999, calmMs: 1_000 };
  assert.equal(whomToName(facts), undefined);
  assert.deepEqual(whomToName({ ...facts, calmForMs: 1_000 }), ['b', 'c']);
  assert.equal(whomToName({ ...facts, named: ['b', 'c'], answering: ['b'], calmForMs: 0 }), undefined);
  assert.equal(whomToName({ ...facts, answering: ['b'], calmForMs: 5_000 }), undefined, 'both could end at once');
  assert.deepEqual(whomToName({ ...facts, peers: ['b'], answering: ['b'], calmForMs: 5_000 }), ['b']);
  assert.equal(whomToName({ ...facts, peers: [], answering: [], calmForMs: 5_000 }), undefined);
});

const silent = member('a', { boot: 'a', beat: 4, trust });

test('only those a record names may revoke it after a lease of silence, and questions are signs of life', () => {
  const others: Observed[] = [{ record: silent, version: '4', since: 1_000 }];
  const at = (now: number, isSelf: boolean, heardAt = -Infinity): number =>
    revocations({
      now,
      me: 'b',
      others,
      staggerMs: 0,
      peers: { isSelf: (boot) => isSelf && boot === 'b', heardAt: () => heardAt },
    }).revoke.length;
  assert.equal(at(2_199, true), 0);
  assert.equal(at(2_200, true), 1);
  assert.equal(at(2_200, true, 1_500), 0);
  assert.equal(at(14_999, false), 0);
  assert.equal(at(15_000, false), 1);
});

test('a named revoker adds the claims it knows; anyone else says that they are not known', () => {
  const fires = { 'task/a': { token: 3, lastFire: 70, runs: 1 } };
  const newer = { 'task/a': { token: 3, lastFire: 80, runs: 2 } };
  assert.deepEqual(revokedRecord({ ...silent, fires }, 'silent', newer).fires, newer);
  assert.deepEqual(revokedRecord({ ...silent, fires: newer }, 'silent', fires).fires, newer);
  assert.equal(revokedRecord({ ...silent, fires }, 'silent', undefined).firesUnknown, true);
  const { trust: _, ...renewed } = silent;
  assert.equal(revokedRecord(renewed, 'silent', undefined).firesUnknown, undefined);
});
