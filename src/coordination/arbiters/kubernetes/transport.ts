/**
 * One API server, spoken to over HTTP: who asks is shown by token or certificate, an answer that is no success has a
 * Status as its body, 401 makes the credentials be looked at again, and 429 says with Retry-After (seconds) when to come
 * again.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../clock.ts';
import type { Access, TlsFiles } from './access.ts';
import { ApiError, asText, NotReachedError, type Asked, type Status } from './api-error.ts';
import { dial } from './dial.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, query included. */
  readonly path: string;
  /** The same in words, for errors. */
  readonly asked: Asked;
  readonly accept?: string;
  /** JSON, of whatever type. */
  readonly body?: string | undefined;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/** Shorter than what API servers and what stands before them allow an idle connection. */
const idleConnectionMs = 25_000;

/**
 * Requests never wait for each other: each that finds no idle connection opens one. So a renewal is not held up by a
 * watch, a large answer, or a connection that is dead.
 */
export class Transport {
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #agent: HttpAgent;
  /** Ends the requests under way. */
  readonly #ends = new Set<(reason: unknown) => void>();
  #closed: Error | undefined;

  constructor(access: Access, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
    this.#url = new URL(access.server);
    const connections = {
      keepAlive: true,
      noDelay: true,
      scheduling: 'lifo',
      maxSockets: Infinity,
      maxFreeSockets: 2,
      timeout: idleConnectionMs,
      ...(access.proxy !== undefined && { proxyEnv: { HTTP_PROXY: access.proxy, HTTPS_PROXY: access.proxy } }),
    } as const;
    this.#agent =
      this.#url.protocol === 'http:' ? new HttpAgent(connections) : new RotatingAgent(connections, access.tls);
  }

  /** Resolves to a successful answer, its body unread. Rejects with an ApiError when the answer is no. */
  async send(call: Call): Promise<IncomingMessage> {
    return this.#insist(call, async () => {
      const response = await this.#once(call);
      const status = response.statusCode ?? 0;
      return status >= 200 && status < 300 ? { got: response } : { refusal: response };
    });
  }

  /** Resolves to a connection that is paused until it is listened to. Rejects as send does. */
  async webSocket(call: Pick<Call, 'path' | 'asked' | 'signal'>, protocol: string): Promise<WebSocket> {
    return this.#insist(call, async () => {
      const { path, signal } = call;
      try {
        const address = `${this.#access.server.replace(/^http/, 'ws')}${path}`;
        const socket = await dial(address, protocol, { agent: this.#agent, headers: this.#headers(), signal });
        if ('got' in socket) this.#endWith(socket.got);
        return socket;
      } catch (cause) {
        signal.throwIfAborted();
        throw this.#notReached(call.asked, cause as Error);
      }
    });
  }

  /** Again with other credentials when these are refused, and later when the server asks for it. */
  async #insist<T>(
    call: Pick<Call, 'asked' | 'signal'>,
    attempt: () => Promise<{ readonly got: T } | { readonly refusal: IncomingMessage }>,
  ): Promise<T> {
    const { token } = this.#access;
    let mayRenewToken = true;
    for (;;) {
      if (token.prepare) await token.prepare(call.signal);
      const answer = await attempt();
      if ('got' in answer) return answer.got;
      const error = await errorOf(call.asked, answer.refusal.statusCode ?? 0, answer.refusal);
      if (error.status === 429 && error.retryAfterMs !== undefined) {
        await this.#clock.sleep(error.retryAfterMs, call.signal);
        continue;
      }
      if (error.status === 401 && mayRenewToken && (await token.refused())) {
        mayRenewToken = false;
        // A certificate may be what was renewed, and belongs to its connection.
        this.#dropIdle();
        continue;
      }
      throw error;
    }
  }

  /** As send, with the body read as JSON. */
  async json<T>(call: Call): Promise<T> {
    const response = await this.send(call);
    try {
      return JSON.parse(await bodyOf(response)) as T;
    } catch (error) {
      call.signal.throwIfAborted();
      throw error;
    }
  }

  /** Requests under way reject. */
  close(): void {
    this.#closed = new Error('the connection to the API server was closed');
    for (const end of this.#ends) end(this.#closed);
    this.#agent.destroy();
  }

  #once({
    method,
    path,
    asked,
    accept = 'application/json',
    body,
    contentType,
    signal,
  }: Call): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    if (this.#closed || signal.aborted) {
      reject(this.#closed ?? signal.reason);
      return promise;
    }
    const send = this.#url.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing = send({
      agent: this.#agent,
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: this.#url.port || (this.#url.protocol === 'http:' ? 80 : 443),
      path: this.#url.pathname.replace(/\/+$/, '') + path,
      method,
      headers: {
        accept,
        ...this.#headers(),
        ...(body !== undefined && {
          'content-type': contentType ?? 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      },
    });
    const end = (reason: unknown): void => {
      reject(reason);
      // Whoever gives up on an answer cannot know whether the connections that lie idle are any better.
      this.#dropIdle();
      outgoing.destroy(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const onAbort = (): void => end(signal.reason);
    this.#ends.add(end);
    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.once('close', () => {
      this.#ends.delete(end);
      signal.removeEventListener('abort', onAbort);
    });
    outgoing.once('response', resolve);
    outgoing.on('error', (cause) => reject(this.#notReached(asked, cause)));
    outgoing.end(body);
    return promise;
  }

  #headers(): Readonly<Record<string, string>> {
    const token = this.#access.token.current();
    return { 'user-agent': 'gantry', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  }

  #notReached(asked: Asked, cause: Error): NotReachedError {
    const text = `cannot ${asText(asked)}: ${whereTo(this.#access)} is not reached: ${cause.message}`;
    return new NotReachedError(text, { cause });
  }

  #endWith(socket: WebSocket): void {
    const end = (): void => socket.terminate();
    this.#ends.add(end);
    socket.once('close', () => this.#ends.delete(end));
  }

  #dropIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}

function whereTo({ server, proxy }: Access): string {
  return proxy === undefined ? server : `${server}, through the proxy ${new URL(proxy).host},`;
}

/** Certificates are replaced while a process runs: each new connection takes those there are now. */
class RotatingAgent extends HttpsAgent {
  readonly #tls: TlsFiles;

  constructor(options: HttpsAgent['options'], tls: TlsFiles) {
    super(options);
    this.#tls = tls;
  }

  override createConnection(
    ...[options, onConnect]: Parameters<HttpsAgent['createConnection']>
  ): ReturnType<HttpsAgent['createConnection']> {
    return super.createConnection({ ...options, ...this.#tls }, onConnect);
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}

async function errorOf(asked: Asked, status: number, response: IncomingMessage): Promise<ApiError> {
  const text = await bodyOf(response);
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = seconds >= 0 ? seconds * 1_000 : undefined;
  let said: Status;
  try {
    said = { message: text.slice(0, 500), ...(JSON.parse(text) as Status) };
  } catch {
    said = { message: text.slice(0, 500) };
  }
  return new ApiError(asked, status, said, retryAfterMs);
}
