import type { Clock } from '../../clock.ts';
import { Fault } from '../../errors.ts';
import type { Dispatcher, MessageStore, Singleton, StoredMessage, Term } from '../../engine/ports.ts';
import { fromStored } from '../../engine/stored.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../message/environment.ts';
import type { Activation } from '../forwarding/processor.ts';

export interface SamplingOptions {
  readonly name: string;
  readonly sequence: string;
  readonly intervalMs: number;
  /** Messages taken at each interval, run side by side. */
  readonly concurrency: number;
  readonly store: () => MessageStore | undefined;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly activation: Activation;
}

/**
 * Takes messages out of a store at intervals and runs each through a sequence. A message is removed before it runs:
 * at most once, as in Synapse SamplingProcessor.
 */
export function samplingProcessor(options: SamplingOptions): Singleton {
  return { key: `messageProcessor/${options.name}`, run: (term) => sample(options, term) };
}

async function sample(options: SamplingOptions, term: Term): Promise<void> {
  const { signal } = term;
  try {
    while (!signal.aborted) {
      await options.activation.whenActive(signal);
      const taken = await take(options, term);
      await Promise.all(taken.map((stored) => runOne(options, term, stored)));
      await options.clock.sleep(options.intervalMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function take(options: SamplingOptions, term: Term): Promise<StoredMessage[]> {
  const taken: StoredMessage[] = [];
  const store = options.store();
  if (!store) return taken;
  while (taken.length < options.concurrency && !term.signal.aborted) {
    const stored = await store.peek();
    if (!stored) break;
    if (await store.remove(stored.id, term.token)) taken.push(stored);
  }
  return taken;
}

async function runOne(options: SamplingOptions, term: Term, stored: StoredMessage): Promise<void> {
  const fence = { assert: () => term.assert(), token: term.token, key: `${options.name}/${stored.id}` };
  const message = fromStored(stored, options.environment, fence);
  try {
    await options.dispatcher.inject(options.sequence, message, `messageProcessor ${options.name}`, term.signal);
  } catch (error) {
    options.log.error(Fault.from(error).describe(), { message: stored.id });
  }
}
