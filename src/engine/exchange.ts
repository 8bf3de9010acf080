import { Fault } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Message } from '../message/message.ts';
import type { Flow, Handlers } from './faults.ts';
import { FlowScope, type ExchangeInside } from './scope.ts';
import type { Library, Outcome } from './ports.ts';

/** Takes the one answer a client gets. Listeners implement it. */
export interface Responder {
  /** Writes the message as the answer; resolves when it is written or the client is gone. */
  respond(message: Message): Promise<void>;
}

export interface ExchangeOptions {
  /** "api Orders", "proxy Quote", "task nightly". */
  readonly origin: string;
  readonly library: Library;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Absent for messages nobody waits on. */
  readonly responder?: Responder;
  readonly inFlow: Flow;
  /** Where answers of `send` and loopbacks go on; without it they are sent back as they are. */
  readonly outFlow?: Flow | undefined;
  readonly handlers?: Handlers | undefined;
}

/** How a conversation ended, for metrics and for listeners that must answer something. */
export interface ExchangeEnd {
  /**
   * - responded: an answer was sent
   * - silent: every flow ended without an answer
   * - faulted: a fault that nothing handled
   */
  readonly end: 'responded' | 'silent' | 'faulted';
  readonly fault?: Fault;
  /** True when a fault occurred, handled or not. */
  readonly failed: boolean;
}

/** Runs one conversation from its first message to its end. */
export class FlowExchange implements ExchangeInside {
  readonly origin: string;
  readonly library: Library;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly canRespond: boolean;
  responded = false;
  readonly #options: ExchangeOptions;
  readonly #inHand = new Set<Promise<unknown>>();
  #unhandled: Fault | undefined;

  constructor(options: ExchangeOptions) {
    this.origin = options.origin;
    this.library = options.library;
    this.log = options.log;
    this.signal = options.signal;
    this.canRespond = options.responder !== undefined;
    this.#options = options;
  }

  /** Resolves when every flow of the conversation has ended; never rejects. */
  async run(message: Message): Promise<ExchangeEnd> {
    const scope = new FlowScope(this, this.#options.handlers);
    await this.#finish(this.#options.inFlow, message, scope);
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
    const failed = message.properties.has('ERROR_CODE') || this.#unhandled !== undefined;
    if (this.#unhandled) return { end: 'faulted', fault: this.#unhandled, failed };
    return { end: this.responded ? 'responded' : 'silent', failed };
  }

  async respond(message: Message): Promise<boolean> {
    if (this.responded || !this.#options.responder) return false;
    this.responded = true;
    await this.#options.responder.respond(message);
    return true;
  }

  track(work: Promise<unknown>): void {
    const watched = work.catch((error: unknown) => this.#fail(error)).finally(() => this.#inHand.delete(watched));
    this.#inHand.add(watched);
  }

  async answer(reply: Message, receive: string | undefined, scope: FlowScope): Promise<void> {
    if (receive !== undefined) await this.#finish((m, s) => s.runSequence(receive, m), reply, scope);
    else if (this.#options.outFlow) await this.#finish(this.#options.outFlow, reply, scope);
    else await this.respond(reply);
  }

  async #finish(flow: Flow, message: Message, scope: FlowScope): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await scope.runHandled(flow, message, undefined, this.origin);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (outcome === 'respond') await this.respond(message);
    else if (outcome === 'loopback') {
      message.direction = 'response';
      await this.answer(message, undefined, scope);
    }
  }

  #fail(error: unknown): void {
    const fault = Fault.from(error);
    this.#unhandled ??= fault;
    if (fault.code === 'INTERNAL' && fault.cause instanceof Error) this.log.error(fault.cause.stack ?? fault.message);
    this.log.error(fault.describe(), { code: fault.code, trail: fault.trail });
  }
}
