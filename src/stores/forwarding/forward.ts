import { lostSignal } from '../../engine/lost-signal.ts';
import type { MessageStore, StoredMessage, Term } from '../../engine/ports.ts';
import { stillHeld } from '../../engine/still-held.ts';
import { Fault } from '../../errors.ts';
import { fromStored } from '../../engine/stored.ts';
import type { Message } from '../../message/message.ts';
import { failStoreOf, setAside } from '../dead-letter.ts';
import type { Found } from '../pace.ts';
import type { Processed, ProcessorParts } from '../processor-kind.ts';
import { afterAttempt, saysAway, type ForwardingRules, type Result } from './decide.ts';

export interface Sequences {
  /** Gets the answer of a message that was delivered. */
  readonly reply: string | undefined;
  /** Gets each failed attempt. */
  readonly fault: string | undefined;
  /** Runs before the processor deactivates itself. */
  readonly deactivate: string | undefined;
}

export interface ForwardOptions {
  readonly rules: ForwardingRules;
  /** Milliseconds between two attempts for one message. */
  readonly retryIntervalMs: number;
  readonly sequences: Sequences;
  /** Brings a message where it is to go; faults when it cannot. */
  readonly deliver: (message: Message, stored: StoredMessage, term: Term, lost: AbortSignal) => Promise<Delivered>;
}

export interface Delivered {
  readonly status: number | undefined;
  readonly fault: boolean;
  readonly answer?: Message;
}

interface GivenUp {
  readonly id: string;
  /** The store for failed messages. */
  readonly to: string;
  readonly why: string;
  readonly attempts: number;
}

const outcomes = { done: 'processed', drop: 'dropped' } as const;

/**
 * Takes the head of a store, delivers it, and only then removes it: at least once, in order.
 * Source: Synapse ScheduledMessageForwardingProcessor / ForwardingService.
 */
export class Forward {
  readonly #o: ForwardOptions;
  readonly #parts: ProcessorParts;
  readonly #term: Term;
  /** Dealt with, and not yet known to be out of the store: sending it again would double it. */
  #owed: { readonly id: string; readonly became: Processed } | undefined;
  /** Given up, and not yet in the store for failed messages: it has had its attempts. */
  #givenUp: GivenUp | undefined;
  #away = 0;

  constructor(options: ForwardOptions, parts: ProcessorParts, term: Term) {
    this.#o = options;
    this.#parts = parts;
    this.#term = term;
  }

  async turn(store: MessageStore, working: AbortSignal): Promise<Found> {
    if (this.#owed) await this.#remove(store, this.#owed);
    const stored = await store.peek();
    if (!stored || !this.#term.valid()) return 'nothing';
    if (this.#givenUp?.id === stored.id) return this.#setAside(store, stored, this.#givenUp);
    for (let attempts = 0; !working.aborted;) {
      const { result, answer } = await this.#attempt(stored);
      // The next holder does the rest.
      if (!(await stillHeld(this.#term, this.#parts.clock))) return 'nothing';
      // It was in doubt whether the term holds, and it does: that was no attempt.
      if (result.type === 'failed' && result.code === 'TERM_LOST') continue;
      const isAway = saysAway(this.#o.rules.circuit, result);
      this.#away = isAway ? this.#away + 1 : 0;
      if (!isAway) attempts++;
      const next = afterAttempt(this.#o.rules, { result, attempts, away: this.#away });
      if (next.do !== 'done') {
        this.#parts.note('failed');
        this.#parts.log.warn(`Message processor ${this.#parts.name}: ${next.why}`, { message: stored.id });
        await this.#inject('fault', answer ?? this.#rebuild(stored));
      }
      switch (next.do) {
        case 'retry':
          await this.#parts.clock.sleep(this.#o.retryIntervalMs, working);
          continue;
        case 'wait':
          this.#parts.standing.waiting(next.why);
          await this.#parts.clock.sleep(next.waitMs, working);
          continue;
        case 'deactivate':
          await this.#inject('deactivate', this.#rebuild(stored));
          this.#parts.switch.turnOff(next.why);
          return 'nothing';
        case 'set-aside':
          return this.#setAside(store, stored, { id: stored.id, to: next.store, why: next.why, attempts });
        case 'done':
          // A message done because of its status code may still carry an answer the user wants to see.
          if (answer) await this.#inject('reply', answer);
          break;
        case 'drop':
          break;
      }
      await this.#remove(store, { id: stored.id, became: outcomes[next.do] });
      return 'message';
    }
    return 'nothing';
  }

  async #attempt(stored: StoredMessage): Promise<{ result: Result; answer?: Message }> {
    using lost = lostSignal(this.#term);
    try {
      const { status, fault, answer } = await this.#o.deliver(this.#rebuild(stored), stored, this.#term, lost.signal);
      return { result: { type: 'answered', status, fault }, ...(answer && { answer }) };
    } catch (error) {
      const fault = Fault.from(error);
      return { result: { type: 'failed', code: fault.code, text: fault.describe() } };
    }
  }

  async #remove(store: MessageStore, owed: { readonly id: string; readonly became: Processed }): Promise<void> {
    this.#owed = owed;
    await store.remove(owed.id, this.#term);
    this.#owed = undefined;
    this.#parts.note(owed.became);
  }

  async #setAside(store: MessageStore, stored: StoredMessage, givenUp: GivenUp): Promise<Found> {
    this.#givenUp = givenUp;
    const { to, why: reason, attempts } = givenUp;
    const { name: processor, storeName, clock } = this.#parts;
    const failure = { store: storeName, processor, reason, attempts, at: clock.wall() };
    await failStoreOf(this.#parts, to).put(setAside(stored, failure), this.#term);
    this.#givenUp = undefined;
    await this.#remove(store, { id: stored.id, became: 'set-aside' });
    return 'message';
  }

  #rebuild(stored: StoredMessage): Message {
    const term = this.#term;
    return fromStored(stored, this.#parts.environment, {
      artifact: term.artifact,
      assert: () => term.assert(),
      token: term.token,
      key: `${this.#parts.name}/${stored.id}`,
    });
  }

  async #inject(which: keyof Sequences, message: Message): Promise<void> {
    const sequence = this.#o.sequences[which];
    if (sequence === undefined) return;
    const { dispatcher, name, log } = this.#parts;
    using lost = lostSignal(this.#term);
    try {
      await dispatcher.inject(sequence, message, `messageProcessor ${name}`, lost.signal);
    } catch (error) {
      log.error(`Message processor ${name}, ${which} sequence ${sequence}: ${Fault.from(error).describe()}`);
    }
  }
}
