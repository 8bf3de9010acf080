import { learnAddressing } from '../message/soap/addressing.ts';
import type { Message } from '../message/message.ts';

/**
 * Where a message without an endpoint goes: to the To of its WS-Addressing headers, unless the flow has set or removed
 * the address. Read only here, because it means looking into the body. Source: Axis2 AddressingInHandler.
 */
export function learnAddresses(message: Message, signal: AbortSignal): Promise<void> | undefined {
  const { addressing, body, request } = message;
  const isUntouched = request !== undefined && addressing.to === request.target;
  if (!isUntouched || !/^\s*(?:text\/xml|application\/soap\+xml)/i.test(body.contentType ?? '')) return undefined;
  const loading = body.load(signal);
  if (loading) return loading.then(() => learnAddressing(message));
  learnAddressing(message);
  return undefined;
}
