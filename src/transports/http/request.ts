import type { Outgoing } from '../../engine/ports.ts';
import { writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { hopByHop, isHeaderName, isHeaderValue, isTrue } from './headers.ts';

/** A request as it goes on the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value, ... */
  readonly headers: string[];
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
}

const own: ReadonlySet<string> = new Set(['host', 'content-length', 'content-type', 'expect', 'user-agent']);

/** Content type that each `format` of an endpoint asks the formatters for. Source: Synapse Axis2FlexibleMEPClient. */
const formatTypes: Readonly<Record<string, string>> = {
  soap11: 'text/xml',
  soap12: 'application/soap+xml',
  pox: 'application/xml',
};

export async function wireRequest(outgoing: Outgoing): Promise<WireRequest> {
  const { message, url, format } = outgoing;
  const { axis2 } = message;
  const type = format === undefined ? undefined : formatTypes[format];
  if (type !== undefined) axis2.set('messageType', type);
  const method = methodOf(outgoing);
  const headers = wireHeaders(message);
  const path = url.pathname + url.search;
  addFence(message, headers);
  const hasBody =
    method !== 'GET' && method !== 'HEAD' && !isTrue(axis2.get('NO_ENTITY_BODY')) && message.body.form !== 'empty';
  if (!hasBody) return { method, path, headers: withHost(headers, message, url), body: null };

  if (isTrue(axis2.get('DISABLE_CHUNKING')) || isTrue(axis2.get('FORCE_HTTP_1.0')))
    await message.body.load(outgoing.signal);
  const written = writeBody(message);
  if (written.contentType !== undefined) headers.push('Content-Type', written.contentType);
  addSoapAction(message, format, written.contentType, headers);
  if (written.stream) {
    // A length lets the backend refuse early, and keeps what came with a length from becoming chunked.
    if (written.length !== undefined) headers.push('Content-Length', String(written.length));
    return { method, path, headers: withHost(headers, message, url), body: written.stream };
  }
  return { method, path, headers: withHost(headers, message, url), body: written.bytes ?? null };
}

function methodOf(outgoing: Outgoing): string {
  if (outgoing.format === 'get') return 'GET';
  const { axis2, body } = outgoing.message;
  const property = axis2.get('HTTP_METHOD');
  const asked = outgoing.method ?? (typeof property === 'string' ? property : undefined);
  return (asked ?? (body.form === 'empty' ? 'GET' : 'POST')).toUpperCase();
}

function wireHeaders(message: Message): string[] {
  const headers: string[] = [];
  for (const [name, value] of message.headers) {
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || own.has(lower) || lower === 'soapaction') continue;
    if (isHeaderName(name) && isHeaderValue(value)) headers.push(name, value);
  }
  return headers;
}

/** What a system that checks tokens needs to refuse a holder that lost its term, or a run it has seen already. */
function addFence(message: Message, headers: string[]): void {
  const { fence } = message.conversation;
  if (!fence) return;
  headers.push('X-Fencing-Token', String(fence.token));
  if (!message.headers.has('idempotency-key')) headers.push('Idempotency-Key', encodeURI(fence.key));
}

function addSoapAction(
  message: Message,
  format: Outgoing['format'],
  contentType: string | undefined,
  headers: string[],
): void {
  if (format === 'pox' || format === 'rest' || format === 'soap12' || !/^text\/xml/i.test(contentType ?? '')) return;
  const action = message.addressing.action ?? message.headers.get('soapaction')?.replace(/^"|"$/g, '');
  if (action !== undefined && isHeaderValue(action)) headers.push('SOAPAction', `"${action}"`);
  else if (format === 'soap11') headers.push('SOAPAction', '""');
}

function withHost(headers: string[], message: Message, url: URL): string[] {
  const asked = message.axis2.get('REQUEST_HOST_HEADER');
  headers.push('Host', typeof asked === 'string' && isHeaderValue(asked) ? asked : url.host);
  return headers;
}
