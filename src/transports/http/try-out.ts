/** For tests: a listener, a backend and raw sockets on ports of their own. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { silentLogger } from '../../log.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { startHttpListener, type HttpListener, type HttpListenerOptions, type RequestHandler } from './listener.ts';

export function listen(handler: RequestHandler, more: Partial<HttpListenerOptions> = {}): Promise<HttpListener> {
  return startHttpListener({
    port: 0,
    host: '127.0.0.1',
    handler,
    environment: emptyEnvironment,
    log: silentLogger,
    ...more,
  });
}

export interface Backend extends AsyncDisposable {
  readonly url: URL;
  readonly connections: number;
}

/** A plain node:http server. */
export function backend(answer: RequestListener): Promise<Backend> {
  return started(createServer(answer));
}

/** A server that speaks whatever it is told to. */
export function tcpBackend(onConnection: (socket: Socket) => void): Promise<Backend> {
  return started(createTcpServer(onConnection));
}

async function started(server: Server | TcpServer): Promise<Backend> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Everything of a request as the backend saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export async function seen(request: IncomingMessage): Promise<Seen> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return {
    method: request.method!,
    url: request.url!,
    headers: request.headers,
    body: Buffer.concat(parts).toString(),
  };
}

/** A client that writes what it likes and collects what comes. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  received = '';
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('data', (data) => {
      this.received += data.toString('latin1');
      this.#wake();
    });
    this.socket.once('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Resolves when what came matches, or throws when the connection ends before it does. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) {
      if (this.#closed) throw new Error(`closed before ${String(pattern)}: ${this.received}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.received;
  }

  /** Everything until the connection closed. */
  async end(): Promise<string> {
    while (!this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.received;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** A promise and its resolver, for events a test waits on. */
export function signalled<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, resolve };
}
