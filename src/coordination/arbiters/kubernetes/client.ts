/**
 * The API server's HTTP, as far as it is needed here:
 *
 *   POST    /apis/<group>/v1/namespaces/<namespace>/<resource>           (core group: /api/v1/...)
 *   GET     .../<resource>?labelSelector=...&fieldSelector=...           a list
 *   GET     .../<resource>?watch=1&...                                   one event per line, until someone hangs up
 *   GET, PUT, DELETE   .../<resource>/<name>
 *
 * An answer that is no success has a Status as its body. 429 says with Retry-After (seconds) when to come again.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../../clock.ts';
import type { Access } from './access.ts';
import { ApiError, asText, type Asked, type Status } from './api-error.ts';

export interface ApiRequest extends Omit<Asked, 'namespace'> {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Only metadata comes back, in an object or a list of them. */
  readonly metadataOnly?: boolean;
  readonly signal: AbortSignal;
}

const methods = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', delete: 'DELETE' } as const;

/** Shorter than what API servers and what stands before them allow an idle connection. */
const idleConnectionMs = 25_000;

/**
 * Requests never wait for each other: each that finds no idle connection opens one. So a renewal is not held up by a
 * watch, a large answer, or a connection that is dead.
 */
export class ApiClient {
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
    } as const;
    this.#agent =
      this.#url.protocol === 'http:' ? new HttpAgent(connections) : new HttpsAgent({ ...connections, ...access.tls });
  }

  get namespace(): string {
    return this.#access.namespace;
  }

  /** Rejects with an ApiError when the answer is no, with another error when there was none. */
  async json<T>(request: ApiRequest): Promise<T> {
    const response = await this.#send(request);
    try {
      return JSON.parse(await bodyOf(response)) as T;
    } catch (error) {
      request.signal.throwIfAborted();
      throw error;
    }
  }

  /** The answer's body as it comes. It ends with the signal. */
  stream(request: ApiRequest): Promise<IncomingMessage> {
    return this.#send(request);
  }

  /** Requests under way reject. */
  close(): void {
    this.#closed = new Error('the connection to the API server was closed');
    for (const end of this.#ends) end(this.#closed);
    this.#agent.destroy();
  }

  /** Resolves to a successful answer, its body unread. */
  async #send(request: ApiRequest): Promise<IncomingMessage> {
    const asked: Asked = { ...request, namespace: this.#access.namespace };
    let mayRenewToken = true;
    for (;;) {
      const response = await this.#once(request, asked);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const error = await errorOf(asked, status, response);
      if (status === 429 && error.retryAfterMs !== undefined) {
        await this.#clock.sleep(error.retryAfterMs, request.signal);
        continue;
      }
      if (status === 401 && mayRenewToken && this.#access.token.refused()) {
        mayRenewToken = false;
        continue;
      }
      throw error;
    }
  }

  #once(request: ApiRequest, asked: Asked): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { signal } = request;
    if (this.#closed || signal.aborted) {
      reject(this.#closed ?? signal.reason);
      return promise;
    }
    const body = request.body && JSON.stringify(request.body);
    const token = this.#access.token.current();
    const send = this.#url.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing = send({
      agent: this.#agent,
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: this.#url.port || (this.#url.protocol === 'http:' ? 80 : 443),
      path: this.#pathOf(request),
      method: methods[request.verb],
      headers: {
        accept: request.metadataOnly ? metadataAs[request.verb === 'list' ? 'list' : 'object'] : 'application/json',
        'user-agent': 'gantry',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
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
      reject(new Error(`cannot ${asText(asked)}: ${this.#access.server} is not reached: ${cause.message}`, { cause })),
    );
    outgoing.end(body);
    return promise;
  }

  #dropIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  #pathOf({ resource, name, query }: ApiRequest): string {
    const root = resource.group === '' ? '/api/v1' : `/apis/${resource.group}/v1`;
    const base = this.#url.pathname.replace(/\/+$/, '');
    const collection = `${base}${root}/namespaces/${encodeURIComponent(this.namespace)}/${resource.name}`;
    const path = name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
    return query ? `${path}?${new URLSearchParams(query).toString()}` : path;
  }
}

const metadataAs = {
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
} as const;

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
    said = JSON.parse(text) as Status;
  } catch {
    said = { message: text.slice(0, 200) };
  }
  return new ApiError(asked, status, said, retryAfterMs);
}
