import { Readable } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { decideRetry, isRepeatable, type Reached } from './retry.ts';
import type { Rotation } from './rotation.ts';
import type { Traffic } from './traffic.ts';
import type { Passenger, Upstream } from './upstream.ts';
import type { WaitingRoom } from './waiting.ts';

/** What every request shares. */
export interface Desk {
  readonly rotation: Rotation;
  readonly waiting: WaitingRoom;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly log: Logger;
  /** Bodies of a known size up to this many bytes are taken whole before they are sent: cheaper, and repeatable. */
  readonly holdBytes: number;
  /** True while the balancer closes: answers say so to the client. */
  closing: boolean;
}

/** One request on its way through the balancer: the attempts it takes, and the one answer the client gets. */
export class Exchange {
  readonly desk: Desk;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly hasBody: boolean;
  readonly headers: string[];
  possiblyRead = 0;
  bodyConsumed = false;
  #held: Buffer | undefined;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #over = false;
  readonly #since: number;

  constructor(desk: Desk, request: IncomingMessage, response: ServerResponse) {
    this.desk = desk;
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.headers = requestHeaders(request);
    const length = request.headers['content-length'];
    this.hasBody = request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
    this.#since = desk.clock.monotonic();
    desk.traffic.begin();
    response.once('close', () => this.#finish());
    if (this.hasBody && length !== undefined && Number(length) <= desk.holdBytes) this.#hold();
    else this.next();
  }

  get over(): boolean {
    return this.#over;
  }

  body(): Readable | Buffer | null {
    if (!this.hasBody) return null;
    return this.#held ?? this.#stream();
  }

  /** Gives the request to a replica that is ready, or waits for one. */
  next(except?: Upstream): void {
    if (this.#over) return;
    const upstream = this.desk.rotation.pick(except);
    if (upstream === undefined) {
      void this.#wait();
      return;
    }
    this.#attempts++;
    this.#attempt = new Attempt(this, upstream);
    this.#attempt.start();
  }

  /** An attempt broke off; the answer, if any is still possible, is decided here. */
  broke(attempt: Attempt, cause: Error): void {
    if (this.#over || attempt !== this.#attempt) return;
    const { method, hasBody, possiblyRead, bodyConsumed } = this;
    const { reached } = attempt;
    const decision = decideRetry({ method, hasBody, reached, attempts: this.#attempts, possiblyRead, bodyConsumed });
    const { traffic, log } = this.desk;
    if (decision.does === 'again') {
      traffic.retried++;
      this.next(attempt.upstream);
      return;
    }
    traffic.failed++;
    traffic.lostInFlight++;
    log.warn(
      `REPLICA_LOST ${method} ${this.request.url ?? ''} on ${attempt.upstream.name}: ${decision.reason} (${cause.message})`,
    );
    if (decision.does === 'cut') this.response.destroy();
    else this.refuse(502, 'REPLICA_LOST', `The replica ${attempt.upstream.name} was lost: ${decision.reason}.`);
  }

  refuse(status: number, code: string, text: string, headers: Readonly<Record<string, string>> = {}): void {
    const json = this.request.headers.accept?.includes('json') ?? false;
    const body = json ? `${JSON.stringify({ error: code, message: text })}\n` : `${code} ${text}\n`;
    this.response.writeHead(status, {
      'Content-Type': json ? 'application/json' : 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      // What is left of the request's body is not read, so the connection can not be used again.
      ...(this.request.complete ? {} : { Connection: 'close' }),
      ...headers,
    });
    this.response.end(body);
  }

  async #wait(): Promise<void> {
    const { waiting, traffic } = this.desk;
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    this.response.once('close', leave);
    const admitted = await waiting.wait(this.#since, gone.signal);
    this.response.off('close', leave);
    if (this.#over) return;
    if (admitted) {
      this.next();
      return;
    }
    traffic.failed++;
    this.refuse(503, 'NO_REPLICA_READY', 'No replica is ready to take this request.', { 'Retry-After': '1' });
  }

  /** The response is finished, or its connection closed before that. */
  #finish(): void {
    this.#over = true;
    this.#attempt?.abandon();
    this.desk.traffic.end();
  }

  #hold(): void {
    const chunks: Buffer[] = [];
    this.request.on('data', (chunk: Buffer) => chunks.push(chunk));
    this.request.on('end', () => {
      this.#held = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      this.next();
    });
  }

  /**
   * The request's body as a stream of its own: undici destroys the stream it is given when an attempt fails, and
   * destroying the request would close the client's connection, on which the answer must still go out.
   */
  #stream(): Readable {
    const { request } = this;
    const onData = (chunk: Buffer): void => {
      if (!body.push(chunk)) request.pause();
    };
    const onEnd = (): void => void body.push(null);
    const onClose = (): void => {
      if (!request.complete) body.destroy(new Error('the client closed its connection'));
    };
    const body = new Readable({
      read: () => {
        if (!this.bodyConsumed) {
          this.bodyConsumed = true;
          request.on('data', onData).on('end', onEnd).on('close', onClose);
        }
        request.resume();
      },
      destroy: (error, done) => {
        request.off('data', onData).off('end', onEnd).off('close', onClose);
        done(error);
      },
    });
    body.on('error', () => {});
    return body;
  }
}

/** One try with one replica. Events of a try that was given up are ignored. */
class Attempt implements Dispatcher.DispatchHandler, Passenger {
  readonly exchange: Exchange;
  readonly upstream: Upstream;
  reached: Reached = 'unsent';
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #onDrain: (() => void) | undefined;

  constructor(exchange: Exchange, upstream: Upstream) {
    this.exchange = exchange;
    this.upstream = upstream;
  }

  start(): void {
    const { exchange, upstream } = this;
    upstream.board(this, exchange.desk.clock.monotonic());
    const options: Dispatcher.DispatchOptions = {
      path: exchange.request.url ?? '/',
      method: exchange.method,
      headers: exchange.headers,
      body: exchange.body(),
    };
    upstream.pool.dispatch(options, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#ended) {
      controller.abort(new Error('given up'));
      return;
    }
    this.#controller = controller;
    this.reached = 'sent';
    this.exchange.possiblyRead++;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusMessage?: string,
  ): void {
    if (this.#ended || status < 200) return;
    const { response, desk } = this.exchange;
    this.upstream.lastSign = desk.clock.monotonic();
    this.reached = 'answering';
    if (desk.closing) response.shouldKeepAlive = false;
    const raw = (controller as { rawHeaders?: (Buffer | string)[] | null }).rawHeaders ?? [];
    response.writeHead(status, statusMessage ?? '', responseHeaders(raw));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return;
    const { response, desk } = this.exchange;
    this.upstream.lastSign = desk.clock.monotonic();
    if (response.write(chunk)) return;
    controller.pause();
    if (this.#onDrain !== undefined) return;
    this.#onDrain = () => {
      // A slow client is no silence of the replica's.
      this.upstream.lastSign = desk.clock.monotonic();
      controller.resume();
    };
    response.on('drain', this.#onDrain);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    this.#end();
    this.exchange.response.end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#ended) return;
    this.#end();
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
      // undici will not send what Node's parser let through, for instance a path with a space.
      this.exchange.desk.traffic.failed++;
      this.exchange.refuse(400, 'BAD_REQUEST', error.message);
      return;
    }
    // Refused: out of the rotation at once, until it gives a sign of life.
    if (this.reached === 'unsent' && this.upstream.state === 'ready') this.upstream.state = 'quiet';
    this.exchange.broke(this, error);
  }

  leave(): boolean {
    const { exchange } = this;
    if (this.#ended || this.reached === 'answering') return false;
    if (this.reached === 'sent' && (!isRepeatable(exchange.method, exchange.hasBody) || exchange.possiblyRead > 1)) {
      return false;
    }
    this.abandon();
    exchange.desk.traffic.retried++;
    exchange.next(this.upstream);
    return true;
  }

  /** The client has gone, or another replica takes over. */
  abandon(): void {
    if (this.#ended) return;
    this.#end();
    this.#controller?.abort(new Error('given up'));
  }

  #end(): void {
    this.#ended = true;
    if (this.#onDrain) this.exchange.response.off('drain', this.#onDrain);
    this.upstream.alight(this);
  }
}
