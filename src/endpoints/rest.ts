import type { Outgoing } from '../engine/ports.ts';
import type { Message } from '../message/message.ts';

/**
 * The address with the path and query the client asked for after the API's context, when the message is REST.
 * Source: Synapse Axis2FlexibleMEPClient.
 */
export function withPostfix(address: string, message: Message, format: Outgoing['format']): string {
  const postfix = message.axis2.get('REST_URL_POSTFIX');
  if (typeof postfix !== 'string' || postfix === '' || !withPath.test(address)) return address;
  if (!isRest(message, format)) return address;
  const endsWithSlash = address.endsWith('/');
  if (postfix.startsWith('?')) return (endsWithSlash ? address.slice(0, -1) : address) + postfix;
  if (endsWithSlash && postfix.startsWith('/')) return address + postfix.slice(1);
  return endsWithSlash || postfix.startsWith('/') ? address + postfix : `${address}/${postfix}`;
}

/** Schemes whose addresses go on after their path. What follows jms:/Queue?... or vfs:file:///out means something else. */
const withPath = /^(?:https?|local):/i;

const withoutEnvelope: ReadonlySet<string> = new Set(['GET', 'DELETE', 'PUT', 'OPTIONS', 'HEAD', 'PATCH']);

/** SOAP is a POST of application/soap+xml, of attachments, or of text/xml that names an action; the rest is REST. */
function isRest(message: Message, format: Outgoing['format']): boolean {
  if (format === 'rest') return true;
  if (format === 'soap11' || format === 'soap12') return false;
  const method = message.axis2.get('HTTP_METHOD');
  if (typeof method !== 'string') return false;
  if (withoutEnvelope.has(method.toUpperCase())) return true;
  const type = (message.body.contentType ?? message.headers.get('content-type') ?? '').toLowerCase();
  if (type.startsWith('application/soap+xml') || type.startsWith('multipart/related')) return false;
  return !type.startsWith('text/xml') || message.addressing.action === undefined;
}
