import type { Message } from '../message/message.ts';

/**
 * Whether Synapse would call the message a response: it came back from an endpoint, or the flow said so with
 * the property RESPONSE=true. Source: Axis2MessageContext.isResponse.
 */
export function isResponse(message: Message): boolean {
  if (message.direction === 'response') return true;
  const said = message.properties.get('RESPONSE');
  return said === true || (typeof said === 'string' && said.toLowerCase() === 'true');
}

/** Whether the flow asked for nothing to be waited for: property OUT_ONLY=true. */
export function isOutOnly(message: Message): boolean {
  const said = message.properties.get('OUT_ONLY');
  return said === true || (typeof said === 'string' && said.toLowerCase() === 'true');
}
