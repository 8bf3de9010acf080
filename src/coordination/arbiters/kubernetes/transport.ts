/**
 * One API server, spoken to over HTTP: who asks is shown by token or certificate, an answer that is no success has a
 * Status as its body, 401 makes the credentials be looked at again, and 429 says with Retry-After (seconds) when to come
 * again.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../../clock.ts';
import type { Access, TlsFiles } from './access.ts';
import { ApiError, asText, NotReachedError, type Asked, type Status } from './api-error.ts';

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
    const { token } = this.#access;
    let mayRenewToken = true;
    for (;;) {
      if (token.prepare) await token.prepare(call.signal);
      const response = await this.#once(call);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const error = await errorOf(call.asked, status, response);
      if (status === 429 && error.retryAfterMs !== undefined) {
        await this.#clock.sleep(error.retryAfterMs, call.signal);
        continue;
      }
      if (status === 401 && mayRenewToken && (await token.refused())) {
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
    const token = this.#access.token.current();
    const send = this.#url.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing = send({
      agent: this.#agent,
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: this.#url.port || (this.#url.protocol === 'http:' ? 80 : 443),
      path: this.#url.pathname.replace(/\/+$/, '') + path,
      method,
      headers: {
        accept,
        'user-agent': 'gantry',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
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
    outgoing.on('error', (cause) =>
      reject(
        new NotReachedError(`cannot ${asText(asked)}: ${whereTo(this.#access)} is not reached: ${cause.message}`, {
          cause,
        }),
      ),
    );
    outgoing.end(body);
    return promise;
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
