import type { Clock } from '../../clock.ts';
import { Fault } from '../../errors.ts';
import type {
  Dispatcher,
  Endpoint,
  Library,
  MessageStore,
  Singleton,
  StoredMessage,
  Term,
} from '../../engine/ports.ts';
import { fromStored } from '../../engine/stored.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../message/environment.ts';
import type { Message } from '../../message/message.ts';
import { readFault } from '../../message/soap.ts';
import { afterAttempt, type Attempt, type ForwardingRules } from './decide.ts';

export interface ForwardingOptions {
  readonly name: string;
  readonly rules: ForwardingRules;
  /** Milliseconds between two looks at the store, and between two messages unless `throttle` is false. */
  readonly intervalMs: number;
  readonly throttle: boolean;
  /** Milliseconds between two attempts for one message. */
  readonly retryIntervalMs: number;
  /** Named endpoint; a message may carry another one in its property target.endpoint. */
  readonly targetEndpoint: string | undefined;
  readonly replySequence: string | undefined;
  readonly faultSequence: string | undefined;
  readonly deactivateSequence: string | undefined;
  readonly store: () => MessageStore | undefined;
  readonly library: () => Library;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly activation: Activation;
}

/** Whether a processor may work; kept outside it, so that it outlives one term. */
export interface Activation {
  readonly active: boolean;
  deactivate(reason: string): void;
  /** Resolves when it is active; rejects when the signal aborts first. */
  whenActive(signal: AbortSignal): Promise<void>;
}

/**
 * Takes the head of a store, sends it and waits for the answer, and only then removes it: at least once, in order.
 * Source: Synapse ScheduledMessageForwardingProcessor / ForwardingService.
 */
export function forwardingProcessor(options: ForwardingOptions): Singleton {
  return { key: `messageProcessor/${options.name}`, run: (term) => new Forwarding(options, term).run() };
}

class Forwarding {
  readonly #o: ForwardingOptions;
  readonly #term: Term;

  constructor(options: ForwardingOptions, term: Term) {
    this.#o = options;
    this.#term = term;
  }

  async run(): Promise<void> {
    const { signal } = this.#term;
    try {
      while (!signal.aborted) {
        await this.#o.activation.whenActive(signal);
        const more = await this.#forwardHead();
        if (!more || this.#o.throttle) await this.#o.clock.sleep(this.#o.intervalMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** True when a message left the store, so that the next one may be looked at. */
  async #forwardHead(): Promise<boolean> {
    const store = this.#o.store();
    const stored = await store?.peek();
    if (!store || !stored) return false;
    for (let attempts = 1; !this.#term.signal.aborted; attempts++) {
      const { result, answer } = await this.#attempt(stored);
      const next = afterAttempt(this.#o.rules, { attempts, result });
      if (next.do !== 'done')
        this.#o.log.warn(`Message processor ${this.#o.name}: ${next.why}`, { message: stored.id });
      if (result.type === 'failed' || next.do !== 'done')
        await this.#inject(this.#o.faultSequence, answer ?? this.#rebuild(stored));
      switch (next.do) {
        case 'retry':
          await this.#o.clock.sleep(this.#o.retryIntervalMs, this.#term.signal);
          continue;
        case 'done':
          // A message done because of its status code may still carry an answer the user wants to see.
          if (answer) await this.#inject(this.#o.replySequence, answer);
          return store.remove(stored.id, this.#term.token);
        case 'drop':
          return store.remove(stored.id, this.#term.token);
        case 'set-aside':
          await this.#setAside(next.store, stored);
          return store.remove(stored.id, this.#term.token);
        case 'deactivate':
          await this.#inject(this.#o.deactivateSequence, this.#rebuild(stored));
          this.#o.activation.deactivate(next.why);
          return false;
      }
    }
    return false;
  }

  async #attempt(stored: StoredMessage): Promise<{ result: Attempt['result']; answer?: Message }> {
    const message = this.#rebuild(stored);
    try {
      const answer = await this.#endpointFor(message).send(message, {
        // What is on the wire is awaited: its answer decides whether the message may leave the store.
        signal: AbortSignal.timeout(24 * 3_600_000),
        log: this.#o.log,
        library: this.#o.library(),
      });
      if (!answer) return { result: { type: 'answered', status: undefined, fault: false } };
      await answer.body.load();
      const status = Number(answer.axis2.get('HTTP_SC') ?? 200);
      return { result: { type: 'answered', status, fault: isSoapFault(answer) }, answer };
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.code === 'TERM_LOST') throw fault;
      return { result: { type: 'failed', code: fault.describe() } };
    }
  }

  #endpointFor(message: Message): Endpoint {
    const wanted = message.properties.get('target.endpoint');
    const key = typeof wanted === 'string' && wanted !== '' ? wanted : this.#o.targetEndpoint;
    const endpoint = key === undefined ? undefined : this.#o.library().endpoint(key);
    if (!endpoint) throw new Fault('ENDPOINT_NOT_FOUND', { detail: { key: key ?? '(none given)' } });
    return endpoint;
  }

  #rebuild(stored: StoredMessage): Message {
    const term = this.#term;
    const fence = { assert: () => term.assert(), token: term.token, key: `${this.#o.name}/${stored.id}` };
    return fromStored(stored, this.#o.environment, fence);
  }

  async #setAside(name: string, stored: StoredMessage): Promise<void> {
    const target = this.#o.library().store(name);
    if (!target) throw new Fault('STORE_NOT_FOUND', { detail: { name } });
    await target.put(stored, this.#term.token);
  }

  async #inject(sequence: string | undefined, message: Message): Promise<void> {
    if (sequence === undefined) return;
    try {
      await this.#o.dispatcher.inject(sequence, message, `messageProcessor ${this.#o.name}`, this.#term.signal);
    } catch (error) {
      this.#o.log.error(Fault.from(error).describe());
    }
  }
}

function isSoapFault(answer: Message): boolean {
  if (answer.body.form === 'json' || answer.body.form === 'empty') return false;
  if (!/xml/i.test(answer.body.contentType ?? '')) return false;
  try {
    return readFault(answer.body.envelope()) !== undefined;
  } catch {
    return false;
  }
}
