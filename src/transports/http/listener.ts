import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { Fault } from '../../errors.ts';
import { Lifetime } from '../../lifetime.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../message/environment.ts';
import type { Message } from '../../message/message.ts';
import { refuse, refuseUnreadable, tooMuch } from './refusal.ts';
import { requestMessage } from './request.ts';
import { writeResponse } from './response.ts';

/** What the listener does with each request; resolves when the exchange is over, answered or not. */
export type RequestHandler = (message: Message, client: HttpClientConnection) => Promise<void>;

/** The client of one request: takes one answer. */
export interface HttpClientConnection {
  /** Aborted when the client went away before its answer was complete, or the listener's deadline has passed. */
  readonly signal: AbortSignal;
  readonly answered: boolean;
  /** Streams the message back; resolves when it is written or the client is gone. Only the first call counts. */
  respond(message: Message): Promise<void>;
}

export interface HttpLimits {
  /** Bytes of request line and headers together; 431 beyond. */
  readonly headerBytes: number;
  /** Header lines; 431 beyond. */
  readonly headers: number;
  /** Characters of the request target; 414 beyond. */
  readonly targetLength: number;
  /** Milliseconds until the headers must be there; 408 beyond. */
  readonly headersTimeoutMs: number;
  /** Milliseconds without a byte, either way, until the connection is closed; 408 while a request is awaited. Source: MI socket_timeout. */
  readonly idleTimeoutMs: number;
  /** Milliseconds an idle keep-alive connection stays open. */
  readonly keepAliveTimeoutMs: number;
  /** Open connections at one time; more are refused. */
  readonly connections: number;
}

export const defaultLimits: HttpLimits = {
  headerBytes: 64 * 1024,
  headers: 1_000,
  targetLength: 32 * 1024,
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
  /** Speaks HTTPS, with that key. */
  readonly tls?: TlsOptions;
  /** Takes connections that are to speak something else, such as WebSocket; without it they are requests like others. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Milliseconds that kept connections may still bring a request while draining; it is answered with Connection: close. */
  readonly lingerMs?: number;
}

export interface HttpListenerStats {
  /** Requests so far, refused ones included. */
  readonly requests: number;
  /** Refused before a flow saw them: unreadable, too large, too slow. */
  readonly refused: number;
  readonly inFlight: number;
  readonly connections: number;
}

export interface HttpListener extends AsyncDisposable {
  readonly port: number;
  readonly inFlight: number;
  readonly stats: HttpListenerStats;
  /** From now on each answer is the last of its connection; requests and connections are taken as before. */
  sayGoodbye(): void;
  /** Takes no new connections, answers what is in hand with `Connection: close`, aborts the rest at the deadline. */
  close(deadlineMs?: number): Promise<void>;
}

export async function startHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const listener = new Listener(options);
  await listener.listen(options.port, options.host ?? '0.0.0.0');
  return listener;
}

class Listener implements HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #limits: HttpLimits;
  readonly #life = new Lifetime();
  readonly #server: Server;
  readonly #inHand = new Set<AbortController>();
  /** What each connection is answering. */
  readonly #answering = new WeakMap<Socket, ServerResponse>();
  #connections = 0;
  #lastAnswers = false;
  #onGone: () => void = () => {};
  #requests = 0;
  #refused = 0;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#server = this.#createServer();
    this.#life.signal.addEventListener('abort', () => {
      for (const request of this.#inHand) request.abort(this.#life.signal.reason);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get inFlight(): number {
    return this.#life.inHand;
  }

  get stats(): HttpListenerStats {
    return {
      requests: this.#requests,
      refused: this.#refused,
      inFlight: this.inFlight,
      connections: this.#connections,
    };
  }

  async listen(port: number, host: string): Promise<void> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog: 1_024 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#life.onStop(() => this.#stopTaking());
  }

  sayGoodbye(): void {
    this.#lastAnswers = true;
  }

  async close(deadlineMs?: number): Promise<void> {
    this.sayGoodbye();
    await this.#life.stop(deadlineMs);
    this.#server.closeAllConnections();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(0);
  }

  #createServer(): Server {
    const limits = this.#limits;
    const { tls, onUpgrade } = this.#options;
    const settings: ServerOptions = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      // A body may take as long as it likes while bytes keep coming; the idle time-out catches the rest.
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.max(10, Math.min(limits.headersTimeoutMs / 4, 5_000)),
      noDelay: true,
    };
    // Who does not speak HTTPS does not pay for it.
    const server = tls
      ? process.getBuiltinModule('node:https').createServer({ ...settings, ...tls })
      : createServer(settings);
    if (onUpgrade) server.on('upgrade', onUpgrade);
    // Node would leave headers out beyond its own limit without a word; ours answers 431.
    server.maxHeadersCount = 0;
    server.maxConnections = limits.connections;
    server.timeout = limits.idleTimeoutMs;
    server.on('clientError', (error, socket) => {
      this.#refused++;
      refuseUnreadable(error, socket as Socket);
    });
    server.on('timeout', (socket: Socket) => this.#tooSlow(socket));
    server.on('connection', (socket) => {
      this.#connections++;
      socket.once('close', () => {
        if (--this.#connections === 0) this.#onGone();
      });
    });
    server.on('request', (request, response) => this.#take(request, response));
    return server;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.#requests++;
    this.#answering.set(request.socket, response);
    if (this.#lastAnswers) response.shouldKeepAlive = false;
    const refusal = tooMuch(request, this.#limits);
    if (refusal) {
      this.#refused++;
      refuse(refusal, request, response);
      return;
    }
    // The parser goes on with what it has read; after that a small body is there whole.
    process.nextTick(() => void this.#life.track(this.#serve(request, response)));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { handler, environment, log } = this.#options;
    const gone = new AbortController();
    this.#inHand.add(gone);
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new DOMException('the client went away', 'AbortError'));
    });
    const client = new ClientConnection(request, response, gone.signal, () => {
      if (this.#lastAnswers) response.shouldKeepAlive = false;
    });
    try {
      await handler(requestMessage(request, environment), client);
    } catch (error) {
      log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      const status = Fault.is(error) && error.code === 'BODY_TOO_LARGE' ? 413 : 500;
      if (!response.headersSent) refuse(status, request, response);
      else response.destroy();
    }
    this.#inHand.delete(gone);
    // Whatever nobody read of the request must not stay in the socket, or the next request on it would not be understood.
    if (!request.complete) request.resume();
  }

  /** No byte for too long: a request that does not come to its end is answered with 408, anything else is cut. */
  #tooSlow(socket: Socket): void {
    const response = this.#answering.get(socket);
    if (response && !response.headersSent && !response.req.complete) {
      this.#refused++;
      refuse(408, response.req, response);
    } else socket.destroy();
  }

  /** Resolves when the last connection has closed, at the latest after that many milliseconds. */
  #everyoneGone(ms: number): Promise<void> {
    if (this.#connections === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onGone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Connections that are kept may have a request on its way: they get a moment before they are closed. */
  async #stopTaking(): Promise<void> {
    // Node's own close() would cut them at once.
    NetServer.prototype.close.call(this.#server);
    await this.#everyoneGone(this.#options.lingerMs ?? 100);
    this.#server.close();
  }
}

class ClientConnection implements HttpClientConnection {
  readonly signal: AbortSignal;
  answered = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #beforeHead: () => void;

  constructor(request: IncomingMessage, response: ServerResponse, signal: AbortSignal, beforeHead: () => void) {
    this.#request = request;
    this.#response = response;
    this.signal = signal;
    this.#beforeHead = beforeHead;
  }

  async respond(message: Message): Promise<void> {
    if (this.answered) return;
    this.answered = true;
    await writeResponse(message, this.#request, this.#response, this.signal, this.#beforeHead);
  }
}
