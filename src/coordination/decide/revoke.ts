import type { Version } from '../arbiter.ts';
import type { MemberRecord } from '../records.ts';
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
  const isSilent = (one: Observed): boolean => facts.now - one.since >= one.record.leaseMs;
  const rank = rankAmong(
    facts.me,
    live.filter((one) => !isSilent(one)).map((one) => one.record.boot),
  );
  const revoke: Revocation[] = [];
  let nextAt: number | undefined;
  for (const one of live) {
    const due = one.since + one.record.leaseMs + rank * facts.staggerMs;
    if (due <= facts.now) {
      const silent = Math.round(facts.now - one.since);
      revoke.push({ boot: one.record.boot, version: one.version, reason: `it was silent for ${silent} ms` });
    } else nextAt = Math.min(nextAt ?? Infinity, due);
  }
  return { revoke, nextAt };
}

/** Whose turn it is: 0 acts at once, the next ones a little later each. */
export function rankAmong(me: string, others: readonly string[]): number {
  return others.filter((boot) => compareText(boot, me) < 0).length;
}
