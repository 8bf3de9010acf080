import type { ConnectionOptions } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { AnswerHandler, type Answer } from './answer.ts';
import { bodyFrom } from './body.ts';
import { faultOf } from './failure.ts';
import { isTrue } from './headers.ts';
import { Pools } from './pools.ts';
import { methodOf, queryOfBody, requestBody } from './request-body.ts';
import { closesConnection, requestHeaders } from './request-head.ts';

/** What is trusted and shown when a request goes out over TLS. */
export type SecureOptions = Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'cert' | 'key' | 'passphrase'>;

export interface HttpSenderOptions {
  readonly clock?: Clock;
  /** Milliseconds until the head of an answer must be there when the endpoint says nothing. Source: MI global_timeout_interval. */
  readonly globalTimeoutMs?: number;
  /** Milliseconds a connection may take to be made. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds without a byte of an answer's body until it is given up. Source: MI socket_timeout. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds an idle connection is kept when the server does not say how long. */
  readonly keepAliveMs?: number;
  /** Origins whose connections are kept. */
  readonly origins?: number;
  /** Asked with each request over TLS; without it the usual CAs are trusted. */
  readonly tls?: (() => Promise<SecureOptions>) | undefined;
  /** Milliseconds that close() waits for answers under way. */
  readonly closeDeadlineMs?: number;
}

const defaults = {
  globalTimeoutMs: 120_000,
  connectTimeoutMs: 30_000,
  idleTimeoutMs: 180_000,
  keepAliveMs: 4_000,
  origins: 256,
  closeDeadlineMs: 5_000,
};

/** Safe methods: doing it twice is doing it once. Source: RFC 9110 section 9.2.1. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** HTTP and HTTPS, outgoing. Bodies stream both ways; the answer is there with its head. */
export function createHttpSender(options: HttpSenderOptions = {}): Sender {
  const settings = { ...defaults, ...options };
  const clock = options.clock ?? systemClock;
  const pools = new Pools(settings);

  async function send(outgoing: Outgoing): Promise<Message | undefined> {
    const { message, signal } = outgoing;
    if (signal.aborted) throw Fault.from(signal.reason);
    if (settings.tls && outgoing.url.protocol === 'https:') pools.secure = await settings.tls();
    const method = methodOf(outgoing);
    const asking = queryOfBody(outgoing, method);
    const query = asking && (await asking);
    const writing = requestBody(outgoing, method);
    const written = writing instanceof Promise ? await writing : writing;
    const headers = requestHeaders(outgoing, written);
    message.conversation.fence?.assert();
    if (written.length !== undefined && !written.bytes) headers.push('Content-Length', String(written.length));
    const request = {
      origin: outgoing.url.origin,
      path: pathOf(outgoing, query),
      method,
      headers,
      body: written.bytes ?? written.stream ?? null,
      bodyTimeout: settings.idleTimeoutMs,
      reset: closesConnection(outgoing),
    };
    const repeatable = written.stream === undefined && safe.has(method);
    const answer = await (repeatable ? sendSafely(outgoing, request) : dispatch(outgoing, request, clock.monotonic()));
    return replyTo(message, answer, method);
  }

  /** Once more when the server had closed the connection that was kept: it has seen nothing of a request then. */
  async function sendSafely(outgoing: Outgoing, request: DispatchOptions): Promise<Answer> {
    const started = clock.monotonic();
    try {
      return await dispatch(outgoing, request, started);
    } catch (error) {
      const again = Fault.is(error) && error.code === 'CONNECTION_CLOSED' && keptConnection.has(error);
      if (!again) throw error;
      return dispatch(outgoing, request, started);
    }
  }

  function dispatch(outgoing: Outgoing, request: DispatchOptions, started: number): Promise<Answer> {
    const { signal, url } = outgoing;
    const connections = pools.for(request.origin);
    const { connects } = connections;
    const timeoutMs = outgoing.timeoutMs ?? settings.globalTimeoutMs;
    return new Promise<Answer>((resolve, reject) => {
      const handler = new AnswerHandler(url, {
        resolve: (answer) => {
          cancelTimer();
          resolve(answer);
        },
        reject: (fault) => reject(connections.connects === connects ? onKeptConnection(fault) : fault),
      });
      const timedOut = (): void => {
        const detail = { endpoint: url.origin + url.pathname, timeoutMs };
        handler.fail(new Fault('CONNECTION_TIMEOUT', { detail, retry: 'again' }));
      };
      const cancelTimer = clock.after(Math.max(0, started + timeoutMs - clock.monotonic()), timedOut);
      const onAbort = (): void => handler.fail(Fault.from(signal.reason));
      signal.addEventListener('abort', onAbort, { once: true });
      handler.onEnd = () => {
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
      };
      try {
        connections.pool.dispatch(request as Dispatcher.DispatchOptions, handler);
      } catch (error) {
        handler.fail(faultOf(error, 'sending', url));
      }
    });
  }

  return {
    schemes: ['http', 'https'],
    send,
    close: () => pools.close(settings.closeDeadlineMs),
  };
}

/** Faults of requests that went over a connection kept from before. */
const keptConnection = new WeakSet<Fault>();

function onKeptConnection(fault: Fault): Fault {
  keptConnection.add(fault);
  return fault;
}

interface DispatchOptions {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: string[];
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
  readonly bodyTimeout: number;
  readonly reset: boolean;
}

function pathOf({ url, message }: Outgoing, query: string | undefined): string {
  const search = query === undefined ? url.search : `${url.search === '' ? '?' : `${url.search}&`}${query}`;
  const path = url.pathname + search;
  return isTrue(message.axis2.get('POST_TO_URI')) ? url.origin + path : path;
}

/** The answer as a message: status in axis2 HTTP_SC, as Synapse's ClientWorker leaves it. */
function replyTo(message: Message, answer: Answer, method: string): Message | undefined {
  const { status, headers, whole } = answer;
  if (isTrue(message.properties.get('OUT_ONLY'))) {
    // Nobody wants it, but reading it lets its connection be used again.
    if (whole === undefined) answer.stream().resume();
    return undefined;
  }
  const bodyless = method === 'HEAD' || status === 204 || status === 304;
  const body = bodyFrom(headers, answer.stream, bodyless ? new Uint8Array() : whole);
  const reply = message.reply(body, headers);
  const { axis2 } = reply;
  axis2.set('HTTP_SC', status);
  if (answer.reason !== '') axis2.set('HTTP_SC_DESC', answer.reason);
  const contentType = headers.get('content-type');
  if (contentType !== undefined) axis2.set('ContentType', contentType);
  return reply;
}
