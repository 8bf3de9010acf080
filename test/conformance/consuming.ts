import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { readShape } from '../../src/artifacts/parameters.ts';
import { systemClock } from '../../src/clock.ts';
import type { Taken, TakeOptions } from '../../src/engine/ports.ts';
import { tryTerm, type TriedTerm } from '../../src/engine/try-out.ts';
import { Fault } from '../../src/errors.ts';
import { silentLogger } from '../../src/log.ts';
import { emptyEnvironment } from '../../src/message/environment.ts';
import type { Message } from '../../src/message/message.ts';
import type { InboundUnderTest } from './inbound.ts';

/** A message whose flow the test ends. */
export interface Held {
  readonly text: string;
  readonly message: Message;
  /** Aborted when the term is lost. */
  readonly signal: AbortSignal;
  /** Answers it, where the protocol has a place for answers. */
  readonly reply: TakeOptions['reply'];
  finish(outcome: Taken['outcome']): void;
}

let tokens = 0;

/** An inbound endpoint at work: what it takes, how it stands, and the term that can be ended. */
export class Consuming {
  readonly name = 'Under test';
  readonly term: TriedTerm;
  /** Settles when the consumer has ended. */
  readonly ended: Promise<void>;
  taken = 0;
  mostInHand = 0;
  readonly #waiting: Held[] = [];
  readonly #inHand = new Set<Held>();
  #arrived = Promise.withResolvers<void>();
  #each: ((text: string) => void) | undefined;
  #state: 'running' | 'waiting' | undefined;
  #reason = '';
  #changed = Promise.withResolvers<void>();

  /** Resolves when it consumes, unless it cannot yet. */
  static async start(
    t: TestContext,
    under: InboundUnderTest,
    { shared = false, connected = true }: { readonly shared?: boolean; readonly connected?: boolean } = {},
  ): Promise<Consuming> {
    const consuming = new Consuming(under, shared);
    t.after(async () => {
      consuming.lose();
      await consuming.ended;
    });
    if (connected) await consuming.untilRunning();
    return consuming;
  }

  private constructor({ kind, parameters }: InboundUnderTest, shared: boolean) {
    this.term = tryTerm(`inboundEndpoint/${this.name}`, ++tokens);
    const at = { file: 'inbound.xml', line: 1, column: 1 };
    const { config, problems } = readShape(kind.parameters, new Map(Object.entries(parameters)), { what: 'It', at });
    assert.deepEqual([...problems, ...(kind.check?.(config!, at) ?? [])], []);
    const standing = (state: 'running' | 'waiting', reason = ''): void => {
      [this.#state, this.#reason] = [state, reason];
      this.#changed.resolve();
      this.#changed = Promise.withResolvers<void>();
    };
    this.ended = kind.consume(config!, {
      name: this.name,
      at,
      environment: emptyEnvironment,
      clock: systemClock,
      log: silentLogger,
      shared,
      standing: { running: () => standing('running'), waiting: (reason) => standing('waiting', reason) },
      intake: { origin: 'inboundEndpoint Under test', take: (message, options) => this.#take(message, options) },
    })(this.term);
  }

  async #take(message: Message, { signal, reply }: TakeOptions): Promise<Taken> {
    await message.body.load(signal);
    this.taken++;
    const text = Buffer.from(message.body.bytes()).toString();
    if (this.#each) {
      this.#each(text);
      return { outcome: 'done' };
    }
    const { promise, resolve } = Promise.withResolvers<Taken['outcome']>();
    const held: Held = { text, message, signal, reply, finish: resolve };
    this.#inHand.add(held);
    this.mostInHand = Math.max(this.mostInHand, this.#inHand.size);
    this.#waiting.push(held);
    this.#arrived.resolve();
    // As a flow that notices that its term is lost.
    signal.addEventListener('abort', () => resolve('rollback'), { once: true });
    const outcome = await promise;
    this.#inHand.delete(held);
    return outcome === 'done' ? { outcome } : { outcome, fault: new Fault('CUSTOM', { text: 'as the test says' }) };
  }

  /** The next message that was taken. */
  async next(): Promise<Held> {
    while (this.#waiting.length === 0) {
      await this.#arrived.promise;
      this.#arrived = Promise.withResolvers<void>();
    }
    return this.#waiting.shift()!;
  }

  /** The bodies of so many messages, all of them done. */
  async takeAll(count: number): Promise<readonly string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const held = await this.next();
      held.finish('done');
      texts.push(held.text);
    }
    return texts;
  }

  /** Bodies up to and with that one. */
  async takeUntil(
    text: string,
    outcome: (text: string) => Taken['outcome'] = () => 'done',
  ): Promise<readonly string[]> {
    const texts: string[] = [];
    while (texts.at(-1) !== text) {
      const held = await this.next();
      held.finish(outcome(held.text));
      texts.push(held.text);
    }
    return texts;
  }

  /** From now on every message is told of and done. */
  onEach(each: (text: string) => void): void {
    this.#each = each;
  }

  async untilRunning(): Promise<void> {
    while (this.#state !== 'running') await this.#changed.promise;
  }

  /** Resolves with the reason. */
  async untilWaiting(): Promise<string> {
    while (this.#state !== 'waiting') await this.#changed.promise;
    return this.#reason;
  }

  /** The term ends while it is valid. */
  async handOver(): Promise<void> {
    this.term.handOver();
    await this.ended;
  }

  /** The term is lost. */
  lose(): void {
    this.term.lose();
  }
}
