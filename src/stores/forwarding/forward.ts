import type { MessageStore, StoredMessage, Term } from '../../engine/ports.ts';
import { stillHeld } from '../../engine/still-held.ts';
import { Fault } from '../../errors.ts';
import { fromStored } from '../../engine/stored.ts';
import type { Message } from '../../message/message.ts';
import { failStoreOf, setAside } from '../dead-letter.ts';
import type { Found } from '../pace.ts';
import type { Turns } from '../processing.ts';
import type { ProcessorParts } from '../processor-kind.ts';
import { ReadAhead } from '../read-ahead.ts';
import { afterAttempt, saysAway, type ForwardingRules, type Result } from './decide.ts';
import { OwedRemovals } from './owed.ts';

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
  /** Messages that may be delivered before the first of them is known to be out of the store. */
  readonly mostUnremoved: number;
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
 * Takes the head of a store and delivers it; what is delivered is removed while the next ones are on their way: at least
 * once, in order. Source: Synapse ScheduledMessageForwardingProcessor / ForwardingService.
 */
export class Forward implements Turns {
  readonly #o: ForwardOptions;
  readonly #parts: ProcessorParts;
  readonly #term: Term;
  /** Aborts when the term is lost. */
  readonly #lost: AbortSignal;
  readonly #ahead: ReadAhead;
  readonly #owed: OwedRemovals;
  /** Given up, and not yet in the store for failed messages: it has had its attempts. */
  #givenUp: GivenUp | undefined;
  #away = 0;

  constructor(options: ForwardOptions, parts: ProcessorParts, term: Term, lost: AbortSignal) {
    this.#o = options;
    this.#parts = parts;
    this.#term = term;
    this.#lost = lost;
    const ahead = new ReadAhead(parts.clock);
    this.#ahead = ahead;
    this.#owed = new OwedRemovals({
      most: options.mostUnremoved,
      term,
      clock: parts.clock,
      note: parts.note,
      onGone: () => ahead.forget(),
    });
  }

  async turn(store: MessageStore, working: AbortSignal): Promise<Found> {
    if (this.#owed.isStuck) await this.#owed.all(store);
    const stored = this.#ahead.next ?? (await this.#read(store));
    if (!stored || !this.#term.valid()) return 'nothing';
    if (this.#givenUp?.id === stored.id) return this.#setAside(store, stored, this.#givenUp);
    for (let attempts = 0; !working.aborted;) {
      // While one is tried for long, those before it stay no longer than the store is away.
      if (this.#owed.isStuck) await this.#owed.all(store).catch(() => {});
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
          // Whoever hears that it is off sees what is left; a store that is away now is asked again by `end`.
          await this.#owed.all(store).catch(() => {});
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
      this.#ahead.pass(store);
      await this.#owed.add(store, { id: stored.id, became: outcomes[next.do] });
      return 'message';
    }
    return 'nothing';
  }

  /** What was dealt with leaves the store; what others do to it from now on is seen. */
  async end(store: MessageStore): Promise<void> {
    this.#ahead.forget();
    await this.#owed.all(store);
  }

  /** From the beginning only what is not owed: that would be delivered again. */
  async #read(store: MessageStore): Promise<StoredMessage | undefined> {
    const more = await this.#ahead.more();
    if (more) return more;
    await this.#owed.all(store);
    return this.#ahead.readFromBeginning(store);
  }

  async #attempt(stored: StoredMessage): Promise<{ result: Result; answer?: Message }> {
    try {
      const { status, fault, answer } = await this.#o.deliver(this.#rebuild(stored), stored, this.#term, this.#lost);
      return { result: { type: 'answered', status, fault }, ...(answer && { answer }) };
    } catch (error) {
      const fault = Fault.from(error);
      return { result: { type: 'failed', code: fault.code, text: fault.describe() } };
    }
  }

  async #setAside(store: MessageStore, stored: StoredMessage, givenUp: GivenUp): Promise<Found> {
    this.#givenUp = givenUp;
    const { to, why: reason, attempts } = givenUp;
    const { name: processor, storeName, clock } = this.#parts;
    const failure = { store: storeName, processor, reason, attempts, at: clock.wall() };
    await failStoreOf(this.#parts, to).put(setAside(stored, failure), this.#term);
    this.#givenUp = undefined;
    this.#ahead.pass(store);
    await this.#owed.add(store, { id: stored.id, became: 'set-aside' });
    await this.#owed.all(store);
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
    try {
      await dispatcher.inject(sequence, message, `messageProcessor ${name}`, this.#lost);
    } catch (error) {
      log.error(`Message processor ${name}, ${which} sequence ${sequence}: ${Fault.from(error).describe()}`);
    }
  }
}
