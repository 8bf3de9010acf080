import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { numberIn } from './place.ts';

/** Takes every message that a flow sends on, and knows which came how often. */
export class Sink implements AsyncDisposable {
  readonly url: string;
  received = 0;
  readonly #seen = new Set<number>();
  /** A receiver that knows an Idempotency-Key does one thing for each; without a key, one for each request. */
  readonly #effects = new Set<string>();
  readonly #close: () => Promise<void>;
  #held: (() => void)[] | undefined;
  #looks: { readonly distinct: number; readonly done: () => void }[] = [];

  private constructor(port: number, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}/`;
    this.#close = close;
  }

  static async open(): Promise<Sink> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const key = request.headers['idempotency-key'];
        sink.#take(numberIn(Buffer.concat(parts).toString('latin1')), typeof key === 'string' ? key : undefined);
        if (sink.#held) sink.#held.push(() => response.end());
        else response.end();
      });
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const sink = new Sink((server.address() as AddressInfo).port, async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
    return sink;
  }

  /** Nothing is answered until `release`: whoever sends one after the other waits, and what is to come stays where it is. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) answer();
  }

  get distinct(): number {
    return this.#seen.size;
  }

  get duplicates(): number {
    return this.received - this.#seen.size;
  }

  /** What would be done twice all the same. */
  get repeatedEffects(): number {
    return this.#effects.size - this.#seen.size;
  }

  /** Resolves when so many different ones came; false when nothing new came for that long. */
  async until(distinct: number, patienceMs: number): Promise<boolean> {
    if (this.distinct >= distinct) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#looks.push({ distinct, done: () => resolve(true) });
    let last = this.received;
    const watching = setInterval(() => {
      if (this.received === last) resolve(false);
      last = this.received;
    }, patienceMs);
    return promise.finally(() => clearInterval(watching));
  }

  #take(n: number, key: string | undefined): void {
    this.received++;
    this.#seen.add(n);
    this.#effects.add(`${n} ${key ?? `request ${this.received}`}`);
    const done = this.#looks.filter(({ distinct }) => this.#seen.size >= distinct);
    this.#looks = this.#looks.filter((look) => !done.includes(look));
    for (const look of done) look.done();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
