import { lostSignal } from '../../engine/lost-signal.ts';
import type { MessageStore, StoredMessage, Term } from '../../engine/ports.ts';
import { stillHeld } from '../../engine/still-held.ts';
import { fromStored } from '../../engine/stored.ts';
import { Fault } from '../../errors.ts';
import { failStoreOf, setAside } from '../dead-letter.ts';
import type { Found } from '../pace.ts';
import type { Turns } from '../processing.ts';
import type { Processed, ProcessorParts } from '../processor-kind.ts';

export interface SampleOptions {
  readonly sequence: string;
  readonly concurrency: number;
  readonly failStore: string | undefined;
}

/**
 * Runs the oldest messages through a sequence, and removes each when that has ended: at least once. MI removes them
 * before, and loses those in hand with the node. Source of the rest: Synapse SamplingService.
 */
export class Sample implements Turns {
  readonly #o: SampleOptions;
  readonly #parts: ProcessorParts;
  readonly #term: Term;
  /** Have run, and are not yet known to be out of the store. */
  readonly #owed = new Map<string, Processed>();

  constructor(options: SampleOptions, parts: ProcessorParts, term: Term) {
    this.#o = options;
    this.#parts = parts;
    this.#term = term;
  }

  async turn(store: MessageStore): Promise<Found> {
    for (const [id, became] of this.#owed) await this.#remove(store, id, became);
    // No message is to blame for it, and none is to be lost by it.
    if (!this.#parts.library().sequence(this.#o.sequence))
      throw new Fault('SEQUENCE_NOT_FOUND', { detail: { key: this.#o.sequence, parameter: 'sequence' } });
    if (store.peekMany) {
      const taken = await store.peekMany(this.#o.concurrency);
      const runs = await Promise.allSettled(taken.map((stored) => this.#run(store, stored)));
      const failed = runs.find((run) => run.status === 'rejected');
      if (failed) throw failed.reason;
      return taken.length > 0 ? 'message' : 'nothing';
    }
    // A store that hands out one at a time: as many, one after the other.
    let found: Found = 'nothing';
    for (let taken = 0; taken < this.#o.concurrency && !this.#term.signal.aborted; taken++) {
      const stored = await store.peek();
      if (!stored) break;
      found = 'message';
      await this.#run(store, stored);
    }
    return found;
  }

  async #run(store: MessageStore, stored: StoredMessage): Promise<void> {
    const term = this.#term;
    if (!term.valid()) return;
    const { name, environment, dispatcher, log, clock } = this.#parts;
    const { artifact, token } = term;
    const fence = { artifact, assert: () => term.assert(), token, key: `${name}/${stored.id}` };
    const message = fromStored(stored, environment, fence);
    let became: Processed = 'processed';
    {
      using lost = lostSignal(term);
      try {
        await dispatcher.inject(this.#o.sequence, message, `messageProcessor ${name}`, lost.signal);
      } catch (error) {
        const fault = Fault.from(error);
        // It was in doubt whether the term holds: the next turn, or the next holder, runs it.
        if (!(await stillHeld(term, clock)) || fault.code === 'TERM_LOST') return;
        log.error(fault.describe(), { message: stored.id });
        this.#parts.note('failed');
        became = (await this.#setAside(stored, fault)) ? 'set-aside' : 'dropped';
      }
    }
    if (!(await stillHeld(term, clock))) return;
    await this.#remove(store, stored.id, became);
  }

  async #remove(store: MessageStore, id: string, became: Processed): Promise<void> {
    this.#owed.set(id, became);
    await store.remove(id, this.#term);
    this.#owed.delete(id);
    this.#parts.note(became);
  }

  /** False when there is no place for it. */
  async #setAside(stored: StoredMessage, fault: Fault): Promise<boolean> {
    const { failStore } = this.#o;
    if (failStore === undefined) return false;
    const { name: processor, storeName: store, clock } = this.#parts;
    const failure = { store, processor, reason: fault.describe(), attempts: 1, at: clock.wall() };
    await failStoreOf(this.#parts, failStore).put(setAside(stored, failure), this.#term);
    return true;
  }
}
