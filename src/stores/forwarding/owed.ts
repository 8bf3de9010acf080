import type { Clock } from '../../clock.ts';
import type { MessageStore, Term } from '../../engine/ports.ts';
import { stillHeld } from '../../engine/still-held.ts';
import type { Processed } from '../processor-kind.ts';

/** Dealt with, and not yet known to be out of the store: sending it again would double it. */
export interface Owed {
  readonly id: string;
  readonly became: Processed;
}

export interface OwedOptions {
  /** So many are owed at the most, where the store removes several at once; any other owes one. */
  readonly most: number;
  readonly term: Term;
  readonly clock: Clock;
  /** It is out of the store. */
  readonly note: (became: Processed) => void;
  /** Somebody else took messages out. */
  readonly onGone: () => void;
}

/** A removal waits so long for others that it can be done with. */
const gatherMs = 5;

/**
 * Removes what was dealt with while the next ones are on their way: together, one removal at a time.
 *
 *   deliver   a   b   c   d   e   f   g
 *   remove            [a b]────► [c d e]────►
 *
 * As soon as a removal fails nothing more may be dealt with until one has succeeded.
 */
export class OwedRemovals {
  readonly #o: OwedOptions;
  /** Oldest first. */
  #owed: readonly Owed[] = [];
  #underWay: Promise<void> | undefined;
  #hasFailed = false;
  #stopGathering: (() => void) | undefined;

  constructor(options: OwedOptions) {
    this.#o = options;
  }

  /** Nothing more may be dealt with before `all`. */
  get isStuck(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when one more may be dealt with. */
  async add(store: MessageStore, owed: Owed): Promise<void> {
    this.#owed = [...this.#owed, owed];
    if (!this.#hasFailed) this.#gather(store);
    await this.#downTo(this.#most(store) - 1, store);
  }

  /** Resolves when nothing is owed, or the term is lost: what is left is then for the next holder. */
  async all(store: MessageStore): Promise<void> {
    await this.#downTo(0, store);
  }

  #most(store: MessageStore): number {
    return store.removeMany ? this.#o.most : 1;
  }

  async #downTo(left: number, store: MessageStore): Promise<void> {
    const { term, clock } = this.#o;
    while (this.#owed.length > left && (await stillHeld(term, clock))) await this.#remove(store);
  }

  /** Half of what may be owed is removed while the other half gathers; a few that nothing joins, after a while. */
  #gather(store: MessageStore): void {
    const begin = (): void => {
      this.#stopGathering = undefined;
      if (this.#owed.length > 0 && this.#o.term.valid()) this.#remove(store).catch(() => {});
    };
    if (this.#owed.length * 2 >= this.#most(store)) begin();
    else this.#stopGathering ??= this.#o.clock.after(gatherMs, begin);
  }

  /** The removal under way, or the next one. */
  #remove(store: MessageStore): Promise<void> {
    return (this.#underWay ??= this.#removeNow(store).finally(() => {
      this.#underWay = undefined;
      if (this.#owed.length > 0 && !this.#hasFailed) this.#gather(store);
    }));
  }

  async #removeNow(store: MessageStore): Promise<void> {
    this.#stopGathering?.();
    this.#stopGathering = undefined;
    const now = this.#owed;
    const ids = now.map(({ id }) => id);
    let removed;
    try {
      removed = await remove(store, ids, this.#o.term);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
    this.#hasFailed = false;
    this.#owed = this.#owed.slice(now.length);
    if (removed < now.length) this.#o.onGone();
    for (const { became } of now) this.#o.note(became);
  }
}

/** How many of them were still there. */
async function remove(store: MessageStore, ids: readonly string[], by: Term): Promise<number> {
  if (ids.length > 1 && store.removeMany) return store.removeMany(ids, by);
  let removed = 0;
  for (const id of ids) if (await store.remove(id, by)) removed++;
  return removed;
}
