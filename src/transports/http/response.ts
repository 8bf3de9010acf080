import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteStream } from '../../message/body.ts';
import { writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { hopByHop, isHeaderName, isHeaderValue, isTrue } from './headers.ts';

/** Headers that say something about the body as it was; what is written says it anew. */
const rewritten: ReadonlySet<string> = new Set(['content-length', 'content-type', 'date', 'host', 'expect']);

/** Request headers that MI does not echo when a request is turned round by respond. */
const requestOnly: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'user-agent',
  'soapaction',
]);

/**
 * Writes the answer: status from axis2 HTTP_SC, body as the formatters choose, chunked unless the length is known.
 * Resolves when everything is handed to the socket, or the client is gone.
 */
export async function writeResponse(
  message: Message,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const { axis2 } = message;
  const status = statusOf(message);
  const withoutBody = isTrue(axis2.get('NO_ENTITY_BODY')) || status === 204 || status === 304;
  const written = withoutBody ? undefined : writeBody(message);
  setHeaders(message, response);
  if (written?.contentType !== undefined) response.setHeader('Content-Type', written.contentType);
  const reason = axis2.get('HTTP_SC_DESC');
  if (typeof reason === 'string' && isHeaderValue(reason)) response.statusMessage = reason;
  response.statusCode = status;
  if (isTrue(axis2.get('NO_KEEPALIVE'))) response.shouldKeepAlive = false;

  const bytes = written?.bytes;
  if (!written?.stream) {
    // HEAD says how long the body would be, but has none.
    if (bytes !== undefined || (status !== 204 && status !== 304))
      response.setHeader('Content-Length', bytes?.length ?? 0);
    response.end(request.method === 'HEAD' || !bytes?.length ? undefined : bytes);
    return finished(response, gone);
  }
  if (written.length !== undefined) response.setHeader('Content-Length', written.length);
  if (request.method === 'HEAD') {
    response.end();
    return finished(response, gone);
  }
  await pipe(written.stream, response, gone);
}

function statusOf(message: Message): number {
  const { axis2 } = message;
  const status = Number(axis2.get('HTTP_SC'));
  if (Number.isInteger(status) && status >= 100 && status <= 999) return status;
  if (isTrue(axis2.get('FORCE_SC_ACCEPTED'))) return 202;
  // A SOAP fault that a flow made goes out as 500, as the SOAP over HTTP binding says.
  return isTrue(axis2.get('FAULT_MESSAGE')) ? 500 : 200;
}

function setHeaders(message: Message, response: ServerResponse): void {
  const turnedRound =
    message.axis2.has('HTTP_METHOD') && message.request !== undefined && !message.axis2.has('HTTP_SC_RECEIVED');
  const names = new Map<string, string[]>();
  for (const [name, value] of message.headers) {
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || rewritten.has(lower) || !isHeaderName(name) || !isHeaderValue(value)) continue;
    if (turnedRound && requestOnly.has(lower)) continue;
    const found = names.get(name);
    if (found) found.push(value);
    else names.set(name, [value]);
  }
  for (const [name, values] of names) response.setHeader(name, values.length === 1 ? values[0]! : values);
}

/** Copies with back-pressure. A source that breaks ends the connection: the client must see that the body is not whole. */
async function pipe(stream: ByteStream, response: ServerResponse, gone: AbortSignal): Promise<void> {
  try {
    for await (const part of stream) {
      if (gone.aborted) return;
      if (!response.write(part)) await drained(response, gone);
    }
    response.end();
    await finished(response, gone);
  } catch {
    response.destroy();
  }
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return once(response, 'drain', gone);
}

function finished(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return response.writableFinished ? Promise.resolve() : once(response, 'finish', gone);
}

function once(response: ServerResponse, event: string, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = (): void => {
      response.off(event, done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    response.once(event, done);
    gone.addEventListener('abort', done, { once: true });
  });
}
