import type { Version, Versioned } from './arbiter.ts';
import type { Observed } from './decide/revoke.ts';
import type { MemberRecord } from './records.ts';

/**
 * How long each other member has looked the same, on this process's own clock. Time during which this process was
 * blind counts for nothing: after any failure of its own all waits begin anew, so that an outage revokes nobody.
 */
export class Observation {
  #seen = new Map<string, Observed>();

  get others(): readonly Observed[] {
    return [...this.#seen.values()];
  }

  /** `now`: when the answer arrived, own monotonic milliseconds. */
  note(members: readonly Versioned<MemberRecord>[], me: string, now: number): void {
    const next = new Map<string, Observed>();
    for (const { value: record, version } of members) {
      if (record.boot === me) continue;
      const known = this.#seen.get(record.boot);
      next.set(record.boot, { record, version, since: known?.version === version ? known.since : now });
    }
    this.#seen = next;
  }

  /** After a revocation of one's own went through. */
  replace(boot: string, record: MemberRecord, version: Version, now: number): void {
    this.#seen.set(boot, { record, version, since: now });
  }

  restart(): void {
    this.#seen.clear();
  }
}
