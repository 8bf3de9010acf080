import type { Fault } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { Outcome, Scope } from './ports.ts';

/** A flow as something to run: a named sequence, steps in place, or what a proxy does. */
export type Flow = (message: Message, scope: Scope) => Outcome | Promise<Outcome>;

/**
 * The fault handlers in force at some point of a flow, innermost first: the sequence's onError, then the fault sequence
 * of the API resource or proxy, then the default `fault` sequence. Immutable, so that a message under way in an
 * endpoint keeps those that were in force when it was sent. Source: Synapse FaultHandler stack.
 */
export interface Handlers {
  readonly name: string;
  readonly flow: Flow;
  readonly outer: Handlers | undefined;
}

/** What a fault sequence reads. Source: SynapseConstants ERROR_*. */
export function describeFault(fault: Fault, message: Message): void {
  // throwError names its own code in words; everything else has Synapse's number.
  const code = fault.detail['errorCode'];
  message.properties.set('ERROR_CODE', typeof code === 'string' ? code : fault.number);
  message.properties.set('ERROR_MESSAGE', fault.message);
  message.properties.set('ERROR_DETAIL', fault.describe());
  message.properties.set('ERROR_EXCEPTION', `${fault.name}: ${fault.message}`);
}
