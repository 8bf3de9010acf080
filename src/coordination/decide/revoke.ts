import type { Version } from '../arbiter.ts';
import type { Fire, Fires, MemberRecord } from '../records.ts';
import { compareText } from './names.ts';

/** A member as this one has seen it. */
export interface Observed {
  readonly record: MemberRecord;
  readonly version: Version;
  /** Own monotonic milliseconds at which this version was first seen. */
  readonly since: number;
}

export interface RevokeFacts {
  readonly now: number;
  /** Boot id of the one that asks. */
  readonly me: string;
  readonly others: readonly Observed[];
  readonly staggerMs: number;
  readonly peers?: PeersHeard | undefined;
}

/** What this process heard from others directly. */
export interface PeersHeard {
  /** Whether that boot id is one of this process's own. */
  isSelf(boot: string): boolean;
  /** When it last asked for a promise and got it, own monotonic milliseconds. */
  heardAt(boot: string): number;
}

export interface Revocation {
  readonly boot: string;
  /** Only this version may be overwritten: a renewal on its way wins. */
  readonly version: Version;
  readonly reason: string;
}

export interface RevokeDecision {
  readonly revoke: readonly Revocation[];
  /** When to look again, own monotonic milliseconds. */
  readonly nextAt: number | undefined;
}

/** A member that did not change for its lease long has ended it itself by then. Members look one after another. */
export function revocations(facts: RevokeFacts): RevokeDecision {
  const live = facts.others.filter(({ record }) => record.state !== 'revoked');
  const isSilent = (one: Observed): boolean => facts.now >= silentAt(one, facts.peers);
  const awake = live.filter((one) => !isSilent(one)).map((one) => one.record.boot);
  const revoke: Revocation[] = [];
  let nextAt: number | undefined;
  for (const one of live) {
    const silentFrom = silentAt(one, facts.peers);
    // Among those that will be left: the one that may be revoked does not act.
    const rank = rankAmong(
      facts.me,
      awake.filter((boot) => boot !== one.record.boot),
    );
    const due = silentFrom + rank * facts.staggerMs;
    if (due <= facts.now) {
      const silent = Math.round(facts.now - silentFrom + waitMs(one, facts.peers));
      revoke.push({ boot: one.record.boot, version: one.version, reason: `it was silent for ${silent} ms` });
    } else nextAt = Math.min(nextAt ?? Infinity, due);
  }
  return { revoke, nextAt };
}

/**
 * When it may be revoked at the earliest, own monotonic milliseconds. Where its record names this process, its questions
 * are signs of life too; where it names others only, they know better.
 */
export function silentAt(one: Observed, peers: PeersHeard | undefined): number {
  const asked = isNamed(one.record, peers) ? peers!.heardAt(one.record.boot) : -Infinity;
  return Math.max(one.since, asked) + waitMs(one, peers);
}

function waitMs({ record }: Observed, peers: PeersHeard | undefined): number {
  return record.trust && !isNamed(record, peers) ? record.trust.othersMs : record.leaseMs;
}

function isNamed({ trust }: MemberRecord, peers: PeersHeard | undefined): boolean {
  return trust !== undefined && peers !== undefined && trust.by.some((boot) => peers.isSelf(boot));
}

/**
 * What is written over the record. Claims that were made by promises stand in no record; those whom it names know them.
 * `told`: what it told the one who revokes, when that one is named.
 */
export function revokedRecord(record: MemberRecord, reason: string, told: Fires | undefined): MemberRecord {
  const { trust, ...rest } = record;
  const revoked: MemberRecord = { ...rest, state: 'revoked', reason };
  if (!trust) return revoked;
  return told ? { ...revoked, fires: newest(record.fires ?? {}, told) } : { ...revoked, firesUnknown: true };
}

function newest(fires: Fires, told: Fires): Fires {
  const isNewer = (one: Fire, than: Fire | undefined): boolean =>
    than === undefined || one.token > than.token || (one.token === than.token && one.lastFire > than.lastFire);
  return { ...fires, ...Object.fromEntries(Object.entries(told).filter(([key, fire]) => isNewer(fire, fires[key]))) };
}

/** Whose turn it is: 0 acts at once, the next ones a little later each. */
export function rankAmong(me: string, others: readonly string[]): number {
  return others.filter((boot) => compareText(boot, me) < 0).length;
}
