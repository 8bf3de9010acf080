import type { Version, Versioned } from './arbiter.ts';
import type { Observed } from './decide/revoke.ts';
import type { MemberRecord } from './records.ts';

/**
 * How long each other member has looked the same, on this process's own clock. Time during which this process was
 * blind counts for nothing: after any failure of its own all waits begin anew, so that an outage revokes nobody.
 */
export class Observation {
  #seen = new Map<string, Observed>();
  /** Boot ids that are named as holders and have no record, and since when that was seen. */
  #absent = new Map<string, number>();

  get others(): readonly Observed[] {
    return [...this.#seen.values()];
  }

  /** `now`: when the answer arrived, own monotonic milliseconds. `holders`: whom the assignment names. */
  note(members: readonly Versioned<MemberRecord>[], holders: ReadonlySet<string>, me: string, now: number): void {
    const next = new Map<string, Observed>();
    for (const { value: record, version } of members) {
      if (record.boot === me) continue;
      const known = this.#seen.get(record.boot);
      next.set(record.boot, { record, version, since: known?.version === version ? known.since : now });
    }
    this.#seen = next;
    const absent = [...holders].filter((boot) => boot !== me && !next.has(boot));
    this.#absent = new Map(absent.map((boot) => [boot, this.#absent.get(boot) ?? now]));
  }

  /** Members that should have renewed by now. Those that rely on promises renew seldom, and are none. */
  doubtful(now: number, ms: number): Set<string> {
    const late = [...this.#seen.values()].filter(({ record, since }) => !record.trust && now - since > ms);
    return new Set(late.map(({ record }) => record.boot));
  }

  /** Holders that have been without a record for that long. */
  missing(now: number, ms: number): string[] {
    return [...this.#absent].filter(([, since]) => now - since >= ms).map(([boot]) => boot);
  }

  /** After a revocation of one's own went through. */
  replace(boot: string, record: MemberRecord, version: Version, now: number): void {
    this.#seen.set(boot, { record, version, since: now });
  }

  restart(): void {
    this.#seen.clear();
    this.#absent.clear();
  }
}
