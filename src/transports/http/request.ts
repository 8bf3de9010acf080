import type { IncomingMessage } from 'node:http';
import { Body } from '../../message/body.ts';
import type { Environment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { announcedLength, bodyFrom } from './body.ts';

/** Bodies up to this many bytes are handed over whole when they came with the head. */
const SMALL = 64 * 1024;

/** The message a request makes: stream or whole body, headers, and the axis2 properties MI sets. */
export function requestMessage(request: IncomingMessage, environment: Environment): Message {
  const headers = Headers.fromRaw(request.rawHeaders);
  const { method = 'GET', url = '/' } = request;
  const remoteAddress = request.socket.remoteAddress ?? '';
  const message = new Message({
    headers,
    body: bodyOf(request, headers),
    environment,
    request: {
      method,
      target: targetOf(url),
      protocol: 'encrypted' in request.socket ? 'https' : 'http',
      version: request.httpVersion,
      remoteAddress,
      receivedAt: Date.now(),
      soap: soapOf(headers),
    },
  });
  const { axis2, addressing } = message;
  axis2.set('HTTP_METHOD', method);
  axis2.set('REMOTE_ADDR', remoteAddress);
  axis2.set('TransportInURL', url);
  const contentType = headers.get('content-type');
  if (contentType !== undefined) axis2.set('ContentType', contentType);
  const action = headers.get('soapaction')?.replace(/^"|"$/g, '');
  if (action !== undefined && action !== '') addressing.action = action;
  addressing.to = message.request!.target;
  return message;
}

/** text/xml without a SOAPAction is plain XML. */
function soapOf(headers: Headers): 'soap11' | 'soap12' | undefined {
  const type = headers.get('content-type') ?? '';
  if (/application\/soap\+xml/i.test(type)) return 'soap12';
  return /text\/xml/i.test(type) && headers.has('soapaction') ? 'soap11' : undefined;
}

function bodyOf(request: IncomingMessage, headers: Headers): Body {
  if (!headers.has('transfer-encoding') && Number(headers.get('content-length') ?? 0) === 0) {
    // Nothing is coded; a body the flow makes is not to be either.
    headers.delete('content-encoding');
    return Body.empty();
  }
  const length = announcedLength(headers);
  // A compressed body stays a stream: it may have to go on as it came.
  if (length === undefined || request.readableLength < length || length > SMALL || headers.has('content-encoding')) {
    return bodyFrom(headers, () => request);
  }
  const whole = request.read() as Buffer;
  request.resume();
  return bodyFrom(headers, () => request, whole);
}

/** Path and query; a proxy may send the absolute form. Source: RFC 9112 section 3.2. */
function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const absolute = URL.canParse(url) ? new URL(url) : undefined;
  return absolute ? absolute.pathname + absolute.search : '/';
}
