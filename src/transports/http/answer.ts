import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Fault } from '../../errors.ts';
import { Headers } from '../../message/headers.ts';
import { faultOf, type Stage } from './failure.ts';

/** The head of an answer, and its body: whole when it came with the head, else as it arrives. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly whole: Uint8Array | undefined;
  /** The unread body; call it once, and only without `whole`. */
  stream(): Readable;
}

type Settle = { resolve(answer: Answer): void; reject(fault: Fault): void };

/**
 * One request's handler for undici: turns its callbacks into one promise of the answer's head.
 * Small bodies arrive in the same read as the head; they are handed over whole, which spares a stream.
 */
export class AnswerHandler implements Dispatcher.DispatchHandler {
  stage: Stage = 'connecting';
  readonly #url: URL;
  #settle: Settle | undefined;
  #abort: ((error?: Error) => void) | undefined;
  #failed: Fault | undefined;
  #resume: () => void = () => {};
  #chunks: Buffer[] = [];
  #body: AnswerBody | undefined;
  #ended = false;
  /** Called when nothing more will come, well or not. */
  onEnd: () => void = () => {};

  constructor(url: URL, settle: Settle) {
    this.#url = url;
    this.#settle = settle;
  }

  /** Ends the request with that fault, whatever its stage; later calls do nothing. */
  fail(fault: Fault): void {
    if (this.#ended) return;
    this.#failed = fault;
    if (this.#abort) this.#abort(fault);
    this.#finish(fault);
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#failed) return abort(this.#failed);
    this.#abort = abort;
    this.stage = 'sending';
  }

  onRequestSent(): void {
    if (this.stage === 'sending') this.stage = 'waiting';
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    if (status < 200) return true;
    this.stage = 'receiving';
    this.#resume = resume;
    const headers = new Headers();
    for (let i = 0; i + 1 < raw.length; i += 2)
      headers.append(raw[i]!.toString('latin1'), raw[i + 1]!.toString('latin1'));
    // The parser goes on with what it has read; after that it is known whether the body is there already.
    process.nextTick(() => this.#answer(status, reason, headers));
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#body) return this.#body.push(chunk);
    this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    this.#body?.push(null);
    if (!this.#settle) this.#finish();
    else this.#ended = true;
  }

  onError(error: Error): void {
    this.#finish(this.#failed ?? faultOf(error, this.stage, this.#url));
  }

  #answer(status: number, reason: string, headers: Headers): void {
    const settle = this.#settle;
    if (!settle) return;
    this.#settle = undefined;
    const complete = this.#ended;
    const chunks = this.#chunks;
    const whole = complete ? (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)) : undefined;
    if (!complete) {
      this.#body = new AnswerBody(
        () => this.#resume(),
        (fault) => this.fail(fault),
      );
      for (const chunk of chunks) this.#body.push(chunk);
    }
    this.#chunks = [];
    const body = this.#body;
    settle.resolve({ status, reason, headers, whole, stream: () => body! });
    if (complete) this.onEnd();
  }

  #finish(fault?: Fault): void {
    if (this.#ended) return;
    this.#ended = true;
    const settle = this.#settle;
    this.#settle = undefined;
    if (fault && settle) settle.reject(fault);
    else if (fault) this.#body?.destroy(fault);
    this.onEnd();
  }
}

/** The body of an answer as a stream: what nobody takes stays in the socket, and giving it up ends the connection. */
class AnswerBody extends Readable {
  readonly #resume: () => void;
  readonly #giveUp: (fault: Fault) => void;

  constructor(resume: () => void, giveUp: (fault: Fault) => void) {
    super({ highWaterMark: 64 * 1024 });
    this.#resume = resume;
    this.#giveUp = giveUp;
    // Whoever reads hears of a failure; when nobody does, it must not end the process.
    this.on('error', () => {});
  }

  override _read(): void {
    this.#resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#giveUp(Fault.is(error) ? error : new Fault('REQUEST_CANCELLED'));
    done(error);
  }
}
