import type { Outgoing } from '../../engine/ports.ts';
import type { WrittenBody } from '../../message/formats/write.ts';
import { hopByHop, isHeaderName, isHeaderValue, isTrue, namedByConnection } from './headers.ts';

/** Headers that are said anew for each request. MI replaces User-Agent too (preserve_http_user_agent = false). */
const saidAnew: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'date',
  'expect',
  'user-agent',
]);

/** Request headers, name and value in turn, as undici takes them. */
export function requestHeaders(outgoing: Outgoing, written: WrittenBody): string[] {
  const { message, url } = outgoing;
  const { axis2, conversation } = message;
  const out: string[] = ['Host', text(axis2.get('REQUEST_HOST_HEADER')) ?? url.host];
  const dropped = namedByConnection(message.headers.all('connection'));
  const soapAction = soapActionOf(outgoing, written);
  for (const [name, value] of message.headers) {
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || saidAnew.has(lower) || dropped?.has(lower)) continue;
    if (lower === 'soapaction' && soapAction !== undefined) continue;
    if (isHeaderName(name) && isHeaderValue(value)) out.push(name, value);
  }
  if (soapAction !== undefined && soapAction !== 'none' && isHeaderValue(soapAction))
    out.push('SOAPAction', `"${soapAction}"`);
  if (written.contentType !== undefined && isHeaderValue(written.contentType))
    out.push('Content-Type', written.contentType);
  const basic = url.username === '' ? undefined : credentials(url);
  if (basic !== undefined && !message.headers.has('authorization')) out.push('Authorization', basic);
  const { fence } = conversation;
  if (fence) {
    // What a system that checks tokens needs to refuse a holder that lost its term, or a run it has seen already.
    out.push('X-Fencing-Token', String(fence.token));
    if (!message.headers.has('idempotency-key')) out.push('Idempotency-Key', encodeURI(fence.key));
  }
  out.push('User-Agent', 'Gantry');
  return out;
}

/** Whether the connection is to be closed after the answer. */
export function closesConnection(outgoing: Outgoing): boolean {
  const { axis2 } = outgoing.message;
  return isTrue(axis2.get('NO_KEEPALIVE')) || isTrue(axis2.get('FORCE_HTTP_1.0'));
}

/**
 * The action for the SOAPAction header: 'none' when there is to be none, undefined to leave what the message carries.
 * SOAP 1.1 has it as a header, SOAP 1.2 as a parameter of the content type (the formatter writes that).
 */
function soapActionOf(outgoing: Outgoing, written: WrittenBody): string | undefined {
  const type = written.contentType?.toLowerCase() ?? '';
  const { format, message } = outgoing;
  if (type.startsWith('application/soap+xml') || format === 'pox' || format === 'get' || format === 'rest')
    return 'none';
  if (!type.startsWith('text/xml')) return undefined;
  const { action } = message.addressing;
  return action ?? (format === 'soap11' && !message.headers.has('soapaction') ? '' : undefined);
}

function credentials(url: URL): string {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && isHeaderValue(value) ? value : undefined;
}
