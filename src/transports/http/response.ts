import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ByteStream } from '../../message/body.ts';
import { prepareBody, writeBody, type WrittenBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { coded } from './coding.ts';
import { hopByHop, isHeaderName, isHeaderValue, isTrue, namedByConnection } from './headers.ts';

/** Headers that say something about the body as it was, or that Node says anew. */
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
 * Resolves when everything is handed to the socket, or the client is gone. `beforeHead` may still change the connection.
 */
export async function writeResponse(
  message: Message,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
  beforeHead: () => void,
): Promise<void> {
  const status = statusOf(message);
  const bodyless = status === 204 || status === 304;
  const writing = bodyless ? nothing : writtenBody(message, request, gone);
  const written = writing instanceof Promise ? await writing : writing;
  if (response.headersSent || gone.aborted) return;
  beforeHead();
  if (isTrue(message.axis2.get('NO_KEEPALIVE'))) response.shouldKeepAlive = false;

  const { bytes, stream } = written;
  const headers = responseHeaders(message, written);
  const length = stream === undefined && !bodyless ? (bytes?.length ?? headLength(message, request)) : written.length;
  if (length !== undefined) headers.push('Content-Length', String(length));
  response.writeHead(status, reasonOf(message, status), headers);
  if (stream !== undefined && request.method !== 'HEAD') return pump(stream, response, gone);
  // HEAD says how long the body would be, but has none.
  if (request.method === 'HEAD' || !bytes?.length) response.end();
  else endWith(response, bytes);
  return finished(response, gone);
}

/** Bodies up to this many bytes go out in one write with the head. */
const SMALL = 16 * 1024;

/** Node joins the head with a string, but writes a buffer beside it, which costs a small answer a tenth of its CPU. */
function endWith(response: ServerResponse, bytes: Uint8Array): void {
  if (bytes.length > SMALL) response.end(bytes);
  else response.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), 'latin1');
}

/** An answer to HEAD that was passed on keeps the length the backend named. */
function headLength(message: Message, request: IncomingMessage): number {
  const said = request.method === 'HEAD' ? Number(message.headers.get('content-length')) : 0;
  return Number.isSafeInteger(said) && said > 0 ? said : 0;
}

const nothing: WrittenBody = { contentType: undefined };

/** Read whole first when its length must be known: HTTP 1.0 clients and flows that forbid chunking. */
function writtenBody(
  message: Message,
  request: IncomingMessage,
  gone: AbortSignal,
): WrittenBody | Promise<WrittenBody> {
  const { axis2, body } = message;
  const plain =
    request.httpVersion === '1.0' || isTrue(axis2.get('DISABLE_CHUNKING')) || isTrue(axis2.get('FORCE_HTTP_1.0'));
  const loading = plain && body.length === undefined ? body.load(gone) : prepareBody(message, gone);
  const write = (): WrittenBody => coded(writeBody(message), message.headers);
  return loading ? loading.then(write) : write();
}

function statusOf(message: Message): number {
  const { axis2 } = message;
  const status = Number(axis2.get('HTTP_SC'));
  // 1xx cannot be the status of an answer.
  if (Number.isInteger(status) && status >= 200 && status <= 999) return status;
  if (isTrue(axis2.get('FORCE_SC_ACCEPTED'))) return 202;
  return isFault(message) && !isTrue(axis2.get('FAULTS_AS_HTTP_200')) ? 500 : 200;
}

/** A fault that a flow made goes out as 500, as the SOAP over HTTP binding says. Source: PassThroughTransportUtils. */
function isFault({ axis2, body }: Message): boolean {
  if (isTrue(axis2.get('FAULT_MESSAGE'))) return true;
  if (!body.built || body.soap === 'none') return false;
  const payload = body.payload();
  return payload?.local === 'Fault' && payload.uri === body.envelope().uri;
}

const phrases: ReadonlySet<unknown> = new Set(Object.values(STATUS_CODES));

/** The phrase of the flow or the backend; not when it is that of another status, which the flow has changed since. */
function reasonOf(message: Message, status: number): string | undefined {
  const reason = message.axis2.get('HTTP_SC_DESC');
  if (typeof reason !== 'string' || !isHeaderValue(reason) || reason === STATUS_CODES[status]) return undefined;
  return phrases.has(reason) ? undefined : reason;
}

/** Name and value in turn, as writeHead takes them. */
function responseHeaders(message: Message, { contentType }: WrittenBody): string[] {
  const turnedRound = message.axis2.has('HTTP_METHOD') && message.request !== undefined;
  const dropped = namedByConnection(message.headers.all('connection'));
  const headers: string[] = [];
  for (const [name, value] of message.headers) {
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || rewritten.has(lower) || dropped?.has(lower)) continue;
    if (turnedRound && requestOnly.has(lower)) continue;
    if (isHeaderName(name) && isHeaderValue(value)) headers.push(name, value);
  }
  if (contentType !== undefined && isHeaderValue(contentType)) headers.push('Content-Type', contentType);
  return headers;
}

/** Copies with back-pressure. A source that breaks ends the connection: the client must see that the body is not whole. */
async function pump(stream: ByteStream, response: ServerResponse, gone: AbortSignal): Promise<void> {
  const source: Readable = stream instanceof Readable ? stream : Readable.from(stream, { objectMode: false });
  await new Promise<void>((resolve) => {
    const leave = (): void => {
      gone.removeEventListener('abort', onGone);
      resolve();
    };
    const onGone = (): void => {
      source.destroy();
      leave();
    };
    if (gone.aborted) return onGone();
    gone.addEventListener('abort', onGone, { once: true });
    source.on('data', (part: Uint8Array) => {
      if (!response.write(part)) source.pause();
    });
    response.on('drain', () => source.resume());
    source.once('end', () => response.end());
    source.once('error', () => response.destroy());
    source.once('close', () => {
      // Closed without its end: the sender went away in the middle.
      if (!source.readableEnded) response.destroy();
    });
    response.once('close', leave);
    response.once('finish', leave);
  });
}

function finished(response: ServerResponse, gone: AbortSignal): Promise<void> {
  // Nothing left in this process: the kernel has it.
  if (response.writableFinished || response.socket?.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = (): void => {
      response.off('finish', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    response.once('finish', done);
    gone.addEventListener('abort', done, { once: true });
  });
}
