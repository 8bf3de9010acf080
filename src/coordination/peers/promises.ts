import type { Fires, MemberRecord } from '../records.ts';
import type { Ask } from './messages.ts';

interface Asker {
  /** Own monotonic milliseconds. */
  heardAt: number;
  seq: number;
  fires: Fires;
}

/** So long after its last question a process whose record is gone is gone as well. */
const forgetMs = 60_000;

/**
 * What this process has promised: it will not revoke those who asked for a lease from their last question. Whoever is
 * about to be revoked is refused first, for as long as its record is the one that was seen then; the compare-and-swap may
 * be on its way for any time, but only that record can it replace.
 */
export class Promises {
  readonly #askers = new Map<string, Asker>();
  /** Boot id: beat of the record that is to be revoked. */
  readonly #refused = new Map<string, number>();
  #known: ReadonlySet<string> = new Set();

  /** True when the promise is given. `now`: when the question came, own monotonic milliseconds. */
  ask({ from, seq, fires }: Ask, now: number): boolean {
    // A record that is not there may have been forgotten by the arbiter, and others go by what it says now.
    if (this.#refused.has(from) || !this.#known.has(from)) return false;
    const asker = this.#askers.get(from);
    const newest = asker === undefined || seq > asker.seq;
    this.#askers.set(from, {
      heardAt: now,
      seq: newest ? seq : asker.seq,
      fires: newest ? (fires ?? {}) : asker.fires,
    });
    return true;
  }

  /** No promise for this record any more. To be called before it is revoked. */
  refuse({ boot, beat }: MemberRecord): void {
    this.#refused.set(boot, beat);
  }

  /** The newest look at all records. */
  note(members: readonly MemberRecord[], now: number): void {
    this.#known = new Set(members.flatMap(({ boot, state }) => (state === 'revoked' ? [] : boot)));
    for (const { boot, beat, state } of members)
      if (state !== 'revoked' && beat > (this.#refused.get(boot) ?? Infinity)) this.#refused.delete(boot);
    for (const { boot, state } of members) if (state === 'revoked') this.#askers.delete(boot);
    for (const [boot, { heardAt }] of this.#askers)
      if (!this.#known.has(boot) && now - heardAt > forgetMs) this.#askers.delete(boot);
  }

  /** When it last asked, own monotonic milliseconds. */
  heardAt(boot: string): number {
    return this.#askers.get(boot)?.heardAt ?? -Infinity;
  }

  /** The runs it told of. */
  firesOf(boot: string): Fires {
    return this.#askers.get(boot)?.fires ?? {};
  }
}
