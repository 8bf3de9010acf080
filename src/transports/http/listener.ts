import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Lifetime } from '../../lifetime.ts';
import type { Logger } from '../../log.ts';
import { Body } from '../../message/body.ts';
import type { Environment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { decodedStream } from './encoding.ts';
import { writeResponse } from './response.ts';

/** What the listener does with each request; resolves when the exchange is over, answered or not. */
export type RequestHandler = (message: Message, client: HttpClientConnection) => Promise<void>;

/** The client of one request: takes one answer. */
export interface HttpClientConnection {
  /** Aborted when the client went away before its answer was complete. */
  readonly signal: AbortSignal;
  readonly answered: boolean;
  /** Streams the message back; resolves when it is written or the client is gone. Only the first call counts. */
  respond(message: Message): Promise<void>;
}

export interface HttpLimits {
  /** Bytes of request line and headers together; 431 beyond. */
  readonly headerBytes: number;
  /** Milliseconds until the headers must be there; 408 beyond. */
  readonly headersTimeoutMs: number;
  /** Milliseconds without a byte, either way, until the connection is closed. Source: MI socket_timeout. */
  readonly idleTimeoutMs: number;
  /** Milliseconds an idle keep-alive connection stays open. */
  readonly keepAliveTimeoutMs: number;
  /** Open connections at one time; more are refused. */
  readonly connections: number;
}

export const defaultLimits: HttpLimits = {
  headerBytes: 64 * 1024,
  headersTimeoutMs: 30_000,
  idleTimeoutMs: 180_000,
  keepAliveTimeoutMs: 65_000,
  connections: 10_000,
};

export interface HttpListenerOptions {
  readonly port: number;
  /** Address to listen on; every one by default. */
  readonly host?: string;
  readonly handler: RequestHandler;
  readonly environment: Environment;
  readonly log: Logger;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpListener {
  readonly port: number;
  readonly inFlight: number;
  /** Takes no new connections, answers what is in hand with `Connection: close`, ends at the deadline. */
  close(deadlineMs?: number): Promise<void>;
}

export async function startHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const limits = { ...defaultLimits, ...options.limits };
  const life = new Lifetime();
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    // A body may take as long as it likes while bytes keep coming; the idle time-out catches the rest.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs / 2, 5_000),
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.idleTimeoutMs;
  server.on('clientError', refuseBadRequest);
  server.on('request', (request, response) => {
    if (life.stopped) response.shouldKeepAlive = false;
    void life.track(serve(request, response, options, life.signal));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host ?? '0.0.0.0', backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  life.onStop(() => stopAccepting(server));
  return {
    port: (server.address() as AddressInfo).port,
    get inFlight() {
      return life.inHand;
    },
    async close(deadlineMs) {
      await life.stop(deadlineMs);
      server.closeAllConnections();
    },
  };
}

function stopAccepting(server: Server): void {
  server.close();
  server.closeIdleConnections();
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpListenerOptions,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new DOMException('the client went away', 'AbortError'));
  });
  let answered = false;
  const client: HttpClientConnection = {
    signal: AbortSignal.any([gone.signal, stopping]),
    get answered() {
      return answered;
    },
    async respond(message) {
      if (answered) return;
      answered = true;
      await writeResponse(message, request, response, gone.signal);
    },
  };
  try {
    await options.handler(messageOf(request, options.environment), client);
  } catch (error) {
    options.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (!response.headersSent) response.writeHead(500).end();
    else response.destroy();
  }
  // Whatever nobody read of the request must not stay in the socket, or the next request on it would not be understood.
  if (!request.complete) request.resume();
}

function messageOf(request: IncomingMessage, environment: Environment): Message {
  const headers = Headers.fromRaw(request.rawHeaders);
  const target = request.url ?? '/';
  const message = new Message({
    headers,
    body: bodyOf(request, headers),
    environment,
    request: {
      method: request.method ?? 'GET',
      // A proxy may send the absolute form.
      target: target.startsWith('/') ? target : pathOfAbsolute(target),
      protocol: 'http',
      version: request.httpVersion,
      remoteAddress: request.socket.remoteAddress ?? '',
      receivedAt: Date.now(),
    },
  });
  const { axis2 } = message;
  axis2.set('HTTP_METHOD', request.method ?? 'GET');
  axis2.set('REMOTE_ADDR', request.socket.remoteAddress ?? '');
  if (headers.has('content-type')) axis2.set('ContentType', headers.get('content-type')!);
  const action = headers.get('soapaction')?.replace(/^"|"$/g, '');
  if (action !== undefined && action !== '') message.addressing.action = action;
  message.addressing.to = message.request!.target;
  return message;
}

function bodyOf(request: IncomingMessage, headers: Headers): Body {
  const length = headers.get('content-length');
  const chunked = headers.has('transfer-encoding');
  if (!chunked && (length === undefined || length === '0')) return Body.empty();
  const stream = decodedStream(request, headers);
  const known = stream === request && length !== undefined ? Number(length) : undefined;
  return Body.stream(stream, headers.get('content-type'), known);
}

function pathOfAbsolute(target: string): string {
  try {
    const url = new URL(target);
    return url.pathname + url.search;
  } catch {
    return '/';
  }
}

const statusOf: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is not HTTP in words, as long as somebody may still read them. */
function refuseBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOf[error.code ?? ''] ?? '400 Bad Request';
  const text = `${status.slice(4)}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}
