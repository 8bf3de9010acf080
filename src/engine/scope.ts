import type { Steps, Value as KeyValue } from '../artifacts/shape/spec.ts';
import { Fault, type FaultOptions } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Message, Value } from '../message/message.ts';
import { describeFault, type Flow, type Handlers } from './faults.ts';
import { runSteps } from './flow.ts';
import type { CompiledSequence, Endpoint, Exchange, Library, Outcome, Scope } from './ports.ts';

/** What a scope needs of the exchange it belongs to, beyond what steps may use. */
export interface ExchangeInside extends Exchange {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly library: Library;
  /** Runs the rest of the conversation for an answer that came back after `send`. */
  answer(reply: Message, receive: string | undefined, scope: FlowScope): Promise<void>;
}

/** The engine's Scope: one per flow run, a new one for each sequence with handlers of its own. */
export class FlowScope implements Scope {
  readonly exchange: ExchangeInside;
  readonly handlers: Handlers | undefined;

  constructor(exchange: ExchangeInside, handlers: Handlers | undefined) {
    this.exchange = exchange;
    this.handlers = handlers;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  get log(): Logger {
    return this.exchange.log;
  }

  get library(): Library {
    return this.exchange.library;
  }

  run(steps: Steps, message: Message): Outcome | Promise<Outcome> {
    return runSteps(steps, message, this);
  }

  runSequence(key: string, message: Message): Outcome | Promise<Outcome> {
    const sequence = this.library.sequence(key);
    if (!sequence) throw this.fault('SEQUENCE_NOT_FOUND', { key });
    return this.runNamed(sequence, message);
  }

  runTemplate(
    name: string,
    parameters: ReadonlyMap<string, unknown>,
    message: Message,
    onError?: string,
  ): Outcome | Promise<Outcome> {
    const template = this.library.template(name);
    if (!template) throw this.fault('TEMPLATE_NOT_FOUND', { name });
    message.templateParameters.push(parameters as ReadonlyMap<string, Value>);
    const done = (): void => void message.templateParameters.pop();
    if (onError === undefined) return whenDone(() => this.runNamed(template, message), done);
    const run: Flow = (m, s) => (s as FlowScope).runNamed(template, m);
    return whenDone(() => this.guarded(onError).runHandled(run, message, this, `template ${name}`), done);
  }

  runNamed(sequence: CompiledSequence, message: Message): Outcome | Promise<Outcome> {
    const scope = this.guarded(sequence.onError);
    return scope.runHandled((m, s) => s.run(sequence.steps, m), message, this, `sequence ${sequence.name}`);
  }

  /** A scope in which that sequence handles faults first. */
  guarded(onError: string | undefined): FlowScope {
    if (onError === undefined) return this;
    const flow: Flow = (message, scope) => scope.runSequence(onError, message);
    return new FlowScope(this.exchange, { name: onError, flow, outer: this.handlers });
  }

  /**
   * Runs a flow; a fault goes to the handlers this scope has and `outside` has not, innermost first.
   * A handled fault ends the whole flow, as in Synapse: it does not return into the sequence that called.
   */
  runHandled(flow: Flow, message: Message, outside: FlowScope | undefined, name: string): Outcome | Promise<Outcome> {
    const onFault = (error: unknown): Outcome | Promise<Outcome> => {
      const fault = Fault.from(error);
      fault.trail.unshift(name);
      return this.handle(fault, message, outside?.handlers);
    };
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = flow(message, this);
    } catch (error) {
      return onFault(error);
    }
    return typeof outcome === 'string' ? outcome : outcome.catch(onFault);
  }

  /** Gives the fault to the next handler; rethrows when there is none before `until`. */
  handle(fault: Fault, message: Message, until: Handlers | undefined): Outcome | Promise<Outcome> {
    const handler = this.handlers;
    if (!handler || handler === until) throw fault;
    describeFault(fault, message);
    const outer = new FlowScope(this.exchange, handler.outer);
    const ended = (outcome: Outcome): Outcome => (outcome === 'next' ? 'end' : outcome);
    const failedAgain = (error: unknown): Outcome | Promise<Outcome> => {
      const second = Fault.from(error);
      // The handler itself is not there: what matters to the user is the fault it should have handled.
      if (second.code === 'SEQUENCE_NOT_FOUND') this.log.error(second.describe());
      return outer.handle(second.code === 'SEQUENCE_NOT_FOUND' ? fault : second, message, until);
    };
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = handler.flow(message, outer);
    } catch (error) {
      return failedAgain(error);
    }
    return typeof outcome === 'string' ? ended(outcome) : outcome.then(ended, failedAgain);
  }

  call(endpoint: Endpoint, message: Message): Promise<Message | undefined> {
    return endpoint.send(message, { signal: this.signal, log: this.log, library: this.library });
  }

  send(endpoint: Endpoint, message: Message, receive?: string): void {
    this.exchange.track(this.#sendAndContinue(endpoint, message, receive));
  }

  async #sendAndContinue(endpoint: Endpoint, message: Message, receive: string | undefined): Promise<void> {
    try {
      const reply = await this.call(endpoint, message);
      if (reply) await this.exchange.answer(reply, receive, this);
    } catch (error) {
      const fault = Fault.from(error);
      fault.trail.unshift('send');
      const outcome = await this.handle(fault, message, undefined);
      if (outcome === 'respond') await this.exchange.respond(message);
    }
  }

  fault(code: string, detail?: FaultOptions['detail'], options: FaultOptions = {}): Fault {
    return new Fault(code, { ...options, detail });
  }
}

function whenDone(run: () => Outcome | Promise<Outcome>, done: () => void): Outcome | Promise<Outcome> {
  let outcome: Outcome | Promise<Outcome>;
  try {
    outcome = run();
  } catch (error) {
    done();
    throw error;
  }
  if (typeof outcome === 'string') {
    done();
    return outcome;
  }
  return outcome.finally(done);
}

/** The text of a key, fixed or computed for this message. */
export function keyText(key: KeyValue, message: Message): string {
  return key.fixed ?? key.expression.text(message).trim();
}
