import type { MessageStore, Term } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import type { Found, Pace } from './pace.ts';
import type { PaceConfig, ProcessorParts } from './processor-kind.ts';

/** What a processor does with its store. Each rejects when the store cannot be reached. */
export interface Turns {
  /** One look at the store: what it finds is processed before it resolves. */
  turn(store: MessageStore, working: AbortSignal): Promise<Found>;
  /** No turn follows for now: what was processed leaves the store. */
  end?(store: MessageStore): Promise<void>;
}

/** How often a store that is away is asked before the processor goes to a holder that may reach it. */
const endTries = 3;
const endRetryMs = 1_000;

/**
 * Takes turns while the processor is switched on and the term lasts. A store that cannot be reached is waited for; a
 * turn that has begun is finished unless the term is lost.
 */
export async function keepProcessing(
  term: Term,
  parts: ProcessorParts,
  rules: Pick<PaceConfig, 'storeAttempts' | 'storeRetryMs'>,
  pace: Pace,
  turns: Turns,
): Promise<void> {
  while (!term.signal.aborted) {
    try {
      await parts.switch.whenOn(term.signal);
    } catch {
      return;
    }
    const working = parts.switch.until(term.signal);
    const trouble = new StoreTrouble(parts, rules, working);
    let last: Found | undefined;
    while (!working.aborted) {
      try {
        await pace.next(last, working);
        const store = parts.store();
        if (!store) throw new Fault('STORE_NOT_FOUND', { detail: { name: parts.storeName } });
        last = await turns.turn(store, working);
        trouble.isOver();
      } catch (error) {
        if (isAborted(working)) break;
        last = undefined;
        await trouble.wait(Fault.from(error));
      }
    }
    await endTurns(term, parts, rules, turns);
    // A store that cannot be reached keeps nothing from anybody.
    await parts
      .store()
      ?.release?.()
      .catch(() => {});
  }
}

/** What was processed leaves the store: asked for until the processor is switched on again, or the next holder waits. */
async function endTurns(
  term: Term,
  parts: ProcessorParts,
  { storeRetryMs }: Pick<PaceConfig, 'storeRetryMs'>,
  turns: Turns,
): Promise<void> {
  const { name, clock, log, standing } = parts;
  let wasAway = false;
  for (let left = endTries; ;) {
    const store = parts.store();
    try {
      if (store) await turns.end?.(store);
      if (wasAway) standing.running();
      return;
    } catch (error) {
      const why = Fault.from(error).describe();
      standing.waiting(why);
      wasAway = true;
      if (!term.signal.aborted && parts.switch.on) return;
      if (term.signal.aborted && --left === 0) {
        log.warn(
          `Message processor ${name}: what it delivered last may be delivered again, by the next holder: ${why}`,
        );
        return;
      }
    }
    if (term.signal.aborted) await clock.sleep(Math.min(storeRetryMs, endRetryMs));
    else await clock.sleep(storeRetryMs, term.signal).catch(() => {});
  }
}

/** What keeps a processor from taking turns: it is told, and tried again at intervals; after so many it may give up. */
class StoreTrouble {
  readonly #parts: ProcessorParts;
  readonly #rules: Pick<PaceConfig, 'storeAttempts' | 'storeRetryMs'>;
  readonly #working: AbortSignal;
  #vain = 0;

  constructor(parts: ProcessorParts, rules: Pick<PaceConfig, 'storeAttempts' | 'storeRetryMs'>, working: AbortSignal) {
    this.#parts = parts;
    this.#rules = rules;
    this.#working = working;
  }

  isOver(): void {
    this.#vain = 0;
    this.#parts.standing.running();
  }

  async wait(fault: Fault): Promise<void> {
    const { clock, log, name, standing, storeName } = this.#parts;
    const { storeAttempts, storeRetryMs } = this.#rules;
    if (fault.code === 'TERM_LOST') throw fault;
    if (fault.code === 'INTERNAL') log.error(`Message processor ${name}: ${fault.stack ?? fault.message}`);
    standing.waiting(fault.describe());
    this.#vain++;
    if (fault.code === 'STORE_UNREACHABLE' && storeAttempts > 0 && this.#vain >= storeAttempts) {
      this.#parts.switch.turnOff(`store ${storeName} was not reached in ${storeAttempts} attempts: ${fault.message}`);
      return;
    }
    await clock.sleep(storeRetryMs, this.#working).catch(() => {});
  }
}

/** A function of its own: the compiler would take the signal for one that never aborts. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
