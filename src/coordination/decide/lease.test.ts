import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../fixtures/member.ts';
import type { MemberRecord } from '../records.ts';
import { afterRenewal, type RenewalFacts } from './renew.ts';
import { revocations, type Observed } from './revoke.ts';
import { standing } from './self-stop.ts';

const record = member('b', { beat: 5 });

function renewal(result: RenewalFacts['result']): RenewalFacts {
  return {
    result,
    sentAt: 1_000,
    answeredAt: 1_300,
    validUntil: 1_600,
    acceptedBeat: 4,
    leaseMs: 1_200,
    marginMs: 300,
  };
}

test('an accepted renewal is good from when it was sent, less the margin', () => {
  const decision = afterRenewal(renewal({ kind: 'accepted', version: '2' }));
  assert.deepEqual([decision.next, 'validUntil' in decision && decision.validUntil], ['extend', 1_900]);
});

test('a record that this process did not write since its last renewal is a stranger, and the lease is over', () => {
  const standIn = { ...record, beat: 0, firesUnknown: true } as const;
  assert.equal(afterRenewal(renewal({ kind: 'conflict', found: { value: standIn, version: '7' } })).next, 'rejoin');
  const older = { ...record, beat: 4 };
  assert.equal(afterRenewal(renewal({ kind: 'conflict', found: { value: older, version: '7' } })).next, 'rejoin');
});

test('a lost answer is found again without lengthening the lease', () => {
  const decision = afterRenewal(renewal({ kind: 'conflict', found: { value: record, version: '7' } }));
  assert.equal(decision.next, 'adopt');
  assert.equal('validUntil' in decision, false);
});

test('a revoked or absent lease is over for good', () => {
  const revoked = { value: { ...record, state: 'revoked', reason: 'it was silent' } as const, version: '7' };
  assert.deepEqual(afterRenewal(renewal({ kind: 'conflict', found: revoked })), {
    next: 'rejoin',
    reason: 'its lease was revoked: it was silent',
  });
  assert.equal(afterRenewal(renewal({ kind: 'conflict', found: undefined })).next, 'rejoin');
});

test('an unanswered renewal is tried again', () => {
  assert.equal(afterRenewal(renewal({ kind: 'unknown', error: 'no answer' })).next, 'again');
});

test('a member acts before the end of its lease, not at it', () => {
  const facts = { awakeAt: 1_000, validUntil: 1_900, trustMs: 900 };
  assert.equal(standing({ ...facts, now: 1_899 }).state, 'acting');
  assert.equal(standing({ ...facts, now: 1_900 }).state, 'suspended');
});

test('a member that did not run for longer than its trust believes nothing, valid lease or not', () => {
  assert.equal(standing({ awakeAt: 0, validUntil: 5_000, trustMs: 900, now: 901 }).state, 'overslept');
  assert.equal(standing({ awakeAt: 0, validUntil: 5_000, trustMs: 900, now: 900 }).state, 'acting');
});

function observed(boot: string, since: number, change: Partial<MemberRecord> = {}): Observed {
  return { record: { ...record, boot, ...change }, version: `${boot}@${since}`, since };
}

test('the silent are revoked at the version that was seen, the others are looked at again when they are due', () => {
  const decision = revocations({
    now: 2_200,
    me: 'a.1',
    others: [observed('b.1', 1_000), observed('c.1', 1_500), observed('d.1', 0, { state: 'revoked' })],
    staggerMs: 100,
  });
  assert.deepEqual(
    decision.revoke.map(({ boot, version }) => [boot, version]),
    [['b.1', 'b.1@1000']],
  );
  assert.equal(decision.nextAt, 2_700);
});

test('members revoke one after another, and the silent do not count among them', () => {
  const others = [observed('b.1', 1_000), observed('c.1', 2_100), observed('a.0', 500)];
  const at = (now: number): number => revocations({ now, me: 'd.1', others, staggerMs: 100 }).revoke.length;
  // c.1 goes first; a.0 and b.1 are silent and will not.
  assert.equal(at(2_299), 1);
  assert.equal(at(2_300), 2);
});

test("a member's own record of its lease decides how long others wait", () => {
  const others = [observed('b.1', 0, { leaseMs: 5_000 })];
  assert.equal(revocations({ now: 4_999, me: 'a.1', others, staggerMs: 0 }).revoke.length, 0);
  assert.equal(revocations({ now: 5_000, me: 'a.1', others, staggerMs: 0 }).revoke.length, 1);
});
