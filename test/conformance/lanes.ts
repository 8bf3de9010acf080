/** What every protocol promises whose replicas share by lanes. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readShape } from '../../src/artifacts/parameters.ts';
import { systemClock } from '../../src/clock.ts';
import type { Standing, Taken, TakeOptions } from '../../src/engine/ports.ts';
import { tryTerm, type TriedTerm } from '../../src/engine/try-out.ts';
import { silentLogger } from '../../src/log.ts';
import { emptyEnvironment } from '../../src/message/environment.ts';
import type { Message } from '../../src/message/message.ts';
import type { Consume } from '../../src/transports/index.ts';
import type { InboundUnderTest } from './inbound.ts';

const count = 4;
const sent: readonly string[] = Array.from({ length: 200 }, (_, n) => `message ${n}`);

/** One replica's part: it holds some of the lanes, and its flow ends when the test lets it. */
class LaneHolder {
  /** Messages whose flow has ended with done. */
  readonly done: string[] = [];
  mostInHand = 0;
  readonly #consume: Consume;
  readonly #terms = new Map<number, TriedTerm>();
  readonly #ended = new Map<number, Promise<void>>();
  readonly #held: (() => void)[] = [];
  #inHand = 0;
  #isHolding = false;
  #changed = Promise.withResolvers<void>();

  constructor(t: TestContext, { kind, parameters }: InboundUnderTest) {
    const at = { file: 'inbound.xml', line: 1, column: 1 };
    const { config, problems } = readShape(kind.parameters, new Map(Object.entries(parameters)), { what: 'It', at });
    assert.deepEqual(problems, []);
    this.#consume = kind.consume(config!, {
      name: 'Under test',
      at,
      environment: emptyEnvironment,
      clock: systemClock,
      log: silentLogger,
      shared: true,
      standing: { running: () => {}, waiting: () => {} },
      intake: { origin: 'inboundEndpoint Under test', take: (message, options) => this.#take(message, options) },
    });
    t.after(() => this.kill());
  }

  /** Resolves when it consumes by these. */
  async hold(...lanes: readonly number[]): Promise<void> {
    await Promise.all(
      lanes.map(async (number) => {
        const { promise: running, resolve } = Promise.withResolvers<void>();
        const standing: Standing = { running: resolve, waiting: () => {} };
        const term = tryTerm(`inboundEndpoint/Under test#${number}`, this.#terms.size + 1);
        this.#terms.set(number, term);
        this.#ended.set(number, this.#consume(term, { number, of: count, standing }));
        await running;
      }),
    );
  }

  async giveAway(...lanes: readonly number[]): Promise<void> {
    for (const lane of lanes) this.#terms.get(lane)!.handOver();
    await Promise.all(lanes.map((lane) => this.#ended.get(lane)!));
  }

  /** Its terms are lost, and nothing it has in hand comes to an end. */
  async kill(): Promise<void> {
    for (const term of this.#terms.values()) term.lose();
    await Promise.all(this.#ended.values());
  }

  /** From now on no flow ends, until `release`. */
  holdUp(): void {
    this.#isHolding = true;
  }

  release(): void {
    this.#isHolding = false;
    for (const end of this.#held.splice(0)) end();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed.promise;
  }

  get inHand(): number {
    return this.#inHand;
  }

  async #take(message: Message, { signal }: TakeOptions): Promise<Taken> {
    await message.body.load(signal);
    const text = Buffer.from(message.body.bytes()).toString();
    this.mostInHand = Math.max(this.mostInHand, ++this.#inHand);
    this.#tell();
    if (this.#isHolding)
      await new Promise<void>((end) => {
        this.#held.push(end);
        signal.addEventListener('abort', () => end(), { once: true });
      });
    else await new Promise((next) => setImmediate(next));
    this.#inHand--;
    if (signal.aborted) return { outcome: 'rollback' };
    this.done.push(text);
    this.#tell();
    return { outcome: 'done' };
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** `open` is called once a test; what it opened ends with the test. */
export function laneClaims(
  name: string,
  open: (t: TestContext, more: Readonly<Record<string, string>>) => Promise<InboundUnderTest>,
): void {
  const claim = (
    what: string,
    body: (under: InboundUnderTest, t: TestContext) => Promise<void>,
    more: Readonly<Record<string, string>> = {},
  ): void => {
    test(`${name}: ${what}`, { timeout: 20_000 }, async (t) => body(await open(t, more), t));
  };

  claim('what was set aside for a killed replica goes to whoever takes over its lanes', async (under, t) => {
    const [first, second] = [new LaneHolder(t, under), new LaneHolder(t, under)];
    first.holdUp();
    await Promise.all([first.hold(1, 2), second.hold(3, 4)]);
    await under.send(sent);
    await first.until(() => first.inHand > 0);
    await second.until(() => second.done.length === sent.length / 2);
    await first.kill();
    await second.hold(1, 2);
    await second.until(() => second.done.length >= sent.length);
    assert.deepEqual(second.done.toSorted(), sent.toSorted());
    assert.deepEqual(first.done, []);
  });

  claim('lanes that nobody holds keep what comes for them', async (under, t) => {
    const first = new LaneHolder(t, under);
    await first.hold(1, 2, 3, 4);
    await first.giveAway(1, 2, 3, 4);
    await under.send(sent);
    const second = new LaneHolder(t, under);
    await second.hold(1, 2, 3, 4);
    await second.until(() => second.done.length >= sent.length);
    assert.deepEqual(second.done.toSorted(), sent.toSorted());
  });

  claim('a lane that is handed over while messages come loses none of them and repeats none', async (under, t) => {
    const [first, second] = [new LaneHolder(t, under), new LaneHolder(t, under)];
    await first.hold(1, 2, 3, 4);
    const sending = under.send(sent);
    await first.until(() => first.done.length > 20);
    await first.giveAway(2, 4);
    await second.hold(2, 4);
    await sending;
    const all = (): string[] => [...first.done, ...second.done];
    await Promise.race([first, second].map((one) => one.until(() => all().length >= sent.length)));
    assert.deepEqual(all().toSorted(), sent.toSorted());
  });

  claim('a replica that holds several lanes runs one flow after the other all the same', async (under, t) => {
    const replica = new LaneHolder(t, under);
    await replica.hold(1, 2, 3, 4);
    await under.send(sent);
    await replica.until(() => replica.done.length >= sent.length);
    assert.equal(replica.mostInHand, 1);
  });

  claim(
    'a replica that holds several lanes has no more in hand than one without, nor is one lane in the way of another',
    async (under, t) => {
      const replica = new LaneHolder(t, under);
      replica.holdUp();
      await replica.hold(1, 2, 3, 4);
      const sending = under.send(sent);
      await replica.until(() => replica.inHand >= 4);
      replica.release();
      await sending;
      await replica.until(() => replica.done.length >= sent.length);
      assert.deepEqual(replica.done.toSorted(), sent.toSorted());
      // Each lane may read one message before it hears that there is no room.
      assert.ok(replica.mostInHand < 4 + count, `${replica.mostInHand} were in hand`);
    },
    { sequential: 'false', 'gantry.mqtt.max.inflight': '4' },
  );
}
