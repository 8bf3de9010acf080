import Pool, { type DispatchHandler } from 'undici/lib/dispatcher/pool.js';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { decodedStream } from './encoding.ts';
import { isTrue } from './headers.ts';
import { wireRequest, type WireRequest } from './request.ts';
import { ResponseStream } from './response-stream.ts';

export interface HttpSenderOptions {
  /** Milliseconds until a connection must be made. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds an idle connection is kept. */
  readonly keepAliveMs?: number;
  /** Milliseconds without a byte of the answer's body. */
  readonly bodyIdleMs?: number;
  /** Open connections for each host. */
  readonly connections?: number;
}

/**
 * HTTP and HTTPS, outgoing: one pool of kept-alive connections for each origin. Retries nothing: whether a message may
 * be sent twice is for the endpoint to decide.
 */
export function createHttpSender(options: HttpSenderOptions = {}): Sender {
  const pools = new Map<string, Pool>();
  const poolFor = (url: URL): Pool => {
    let pool = pools.get(url.origin);
    if (!pool) {
      pool = new Pool(url.origin, {
        connections: options.connections ?? 256,
        pipelining: 1,
        keepAliveTimeout: options.keepAliveMs ?? 30_000,
        connect: { timeout: options.connectTimeoutMs ?? 10_000 },
        allowH2: false,
      });
      pools.set(url.origin, pool);
    }
    return pool;
  };
  return {
    schemes: ['http', 'https'],
    async send(outgoing) {
      outgoing.message.conversation.fence?.assert();
      const request = await wireRequest(outgoing);
      return dispatch(poolFor(outgoing.url), request, outgoing, options.bodyIdleMs ?? 180_000);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function dispatch(
  pool: Pool,
  request: WireRequest,
  outgoing: Outgoing,
  bodyIdleMs: number,
): Promise<Message | undefined> {
  const { message, signal, timeoutMs } = outgoing;
  return new Promise((resolve, reject) => {
    let abort: ((reason?: Error) => void) | undefined;
    let stream: ResponseStream | undefined;
    let settled = false;
    const end = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      finish();
    };
    const giveUp = (fault: Fault): void => {
      end(() => reject(fault));
      abort?.(fault);
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () =>
              giveUp(
                new Fault('CONNECTION_TIMEOUT', { detail: { url: outgoing.url.href, timeoutMs }, retry: 'again' }),
              ),
            timeoutMs,
          );
    const onCancel = (): void => giveUp(Fault.from(signal.reason, 'REQUEST_CANCELLED'));
    if (signal.aborted) return onCancel();
    signal.addEventListener('abort', onCancel, { once: true });
    const over = (): void => signal.removeEventListener('abort', onCancel);

    const handler: DispatchHandler = {
      onConnect(abortRequest) {
        if (settled) abortRequest();
        abort = abortRequest;
      },
      onHeaders(status, rawHeaders, resume) {
        // 100-continue and other interim answers.
        if (status < 200) return true;
        stream = new ResponseStream(resume, (reason) => abort?.(reason));
        end(() => resolve(answerOf(message, request.method, status, rawHeaders, stream!)));
        return true;
      },
      onData: (chunk) => stream!.push(chunk),
      onComplete() {
        over();
        stream?.end();
      },
      onError(error) {
        over();
        const fault = faultOf(error, outgoing.url, stream !== undefined);
        stream?.fail(fault);
        end(() => reject(fault));
      },
    };
    const reset = isTrue(message.axis2.get('NO_KEEPALIVE'));
    pool.dispatch({ ...request, headersTimeout: 0, bodyTimeout: bodyIdleMs, ...(reset ? { reset } : {}) }, handler);
  });
}

function answerOf(
  message: Message,
  method: string,
  status: number,
  rawHeaders: readonly Buffer[],
  stream: ResponseStream,
): Message | undefined {
  if (isTrue(message.properties.get('OUT_ONLY'))) {
    void discard(stream);
    return undefined;
  }
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i]!.toString('latin1'), rawHeaders[i + 1]!.toString('latin1'));
  }
  const length = headers.get('content-length');
  const empty = method === 'HEAD' || status === 204 || status === 304 || length === '0';
  const reply = message.reply(empty ? Body.empty() : bodyOf(stream, headers, length), headers);
  reply.axis2.set('HTTP_SC', status);
  // Tells the response writer that these are an answer's headers, not a request turned round.
  reply.axis2.set('HTTP_SC_RECEIVED', true);
  if (headers.has('content-type')) reply.axis2.set('ContentType', headers.get('content-type')!);
  return reply;
}

function bodyOf(stream: ResponseStream, headers: Headers, length: string | undefined): Body {
  const decoded = decodedStream(stream, headers);
  return Body.stream(
    decoded,
    headers.get('content-type'),
    decoded === stream && length !== undefined ? Number(length) : undefined,
  );
}

/** Reads an answer nobody wants, so that its connection can be used again. */
async function discard(stream: ResponseStream): Promise<void> {
  try {
    for await (const _ of stream);
  } catch {
    // It was not wanted anyway.
  }
}

/** Source of the codes: Node's network errors and undici's UND_ERR_*; of the numbers: Synapse SynapseConstants. */
function faultOf(error: Error, url: URL, headArrived: boolean): Fault {
  if (Fault.is(error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const detail = { url: url.href, reason: code || error.message };
  const make = (name: string): Fault => new Fault(name, { cause: error, detail, retry: 'again' });
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(code))
    return make('CONNECTION_FAILED');
  if (/CERT|TLS|SSL|SELF_SIGNED/.test(code)) return make('CONNECTION_FAILED');
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return make('CONNECT_TIMEOUT');
  if (code === 'UND_ERR_BODY_TIMEOUT') return make('CONNECTION_TIMEOUT');
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return make('PROTOCOL_VIOLATION');
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return make(headArrived ? 'RECEIVE_FAILED' : 'CONNECTION_CLOSED');
  }
  if (error.name === 'AbortError' || code === 'UND_ERR_ABORTED') return make('REQUEST_CANCELLED');
  return make('SEND_FAILED');
}
