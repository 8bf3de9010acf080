import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ConsumerKind } from '../../src/transports/index.ts';
import { Consuming } from './consuming.ts';

/** A place that messages are taken from, made for one test. */
export interface InboundUnderTest {
  readonly kind: ConsumerKind;
  /** Of an inbound endpoint that consumes it. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Puts messages there, in this order; resolves when the server has them. */
  send(texts: readonly string[]): Promise<void>;
  /** Bodies of messages in the place for failed ones, once there are so many. */
  failed?(count: number): Promise<readonly string[]>;
  /** Takes the server away and brings it back. */
  readonly server?: { stop(): Promise<void>; start(): Promise<void> };
}

/** What differs between protocols. */
export interface InboundFeatures {
  /** Messages come in the order they were sent. */
  readonly ordered: boolean;
  /** What becomes of a message that is rolled back: it comes again, or goes where `failed` looks. */
  readonly rollback: 'comes again' | 'goes where failed ones go';
  /** A message that was taken and not acknowledged comes again when its consumer is gone. */
  readonly unacknowledged: 'comes again' | 'is lost';
  /** Most messages in hand at once of an inbound endpoint that only says where. */
  readonly inHand: number;
  /** Messages that wait when that is looked at; 2,000 when left out. */
  readonly backlog?: number;
  /** Several consumers share the messages. In words: why not. */
  readonly shared: true | string;
  /** Messages that wait while nobody consumes are kept. In words: why not. */
  readonly keeps: true | string;
  /** Words for a skip of what takes the server away, or false. */
  readonly serverStays: string | false;
}

/** What every consumer promises. `open` is called once a test; what it opened ends with the test. */
export function inboundClaims(
  name: string,
  features: InboundFeatures,
  open: (t: TestContext) => Promise<InboundUnderTest>,
): void {
  const claim = (
    what: string,
    body: (under: InboundUnderTest, t: TestContext) => Promise<void>,
    skip: string | false = false,
  ): void => {
    test(`${name}: ${what}`, { skip, timeout: 90_000 }, async (t) => body(await open(t), t));
  };
  const unlessTrue = (feature: true | string): string | false => feature !== true && feature;
  const loses = features.unacknowledged === 'is lost' && 'the protocol forgets what is under way';

  claim('each message is taken once', async (under, t) => {
    const consuming = await Consuming.start(t, under);
    const sent = Array.from({ length: 300 }, (_, n) => `message ${n}`);
    await under.send(sent);
    const came = await consuming.takeAll(sent.length);
    assert.deepEqual(features.ordered ? came : came.toSorted(), features.ordered ? sent : sent.toSorted());
    await consuming.handOver();
    assert.equal(consuming.taken, sent.length);
  });

  claim('a message tells where it came from, and carries the fence of the term', async (under, t) => {
    const consuming = await Consuming.start(t, under);
    await under.send(['hello']);
    const { message, finish } = await consuming.next();
    assert.equal(message.properties.get('isInbound'), 'true');
    assert.equal(message.properties.get('inbound.endpoint.name'), consuming.name);
    assert.equal(message.conversation.fence?.token, consuming.term.token);
    assert.notEqual(message.conversation.fence?.key ?? '', '');
    finish('done');
  });

  claim(
    'a message is acknowledged after its sequence finished',
    async (under, t) => {
      const first = await Consuming.start(t, under);
      await under.send(['one']);
      await first.next();
      first.lose();
      await first.ended;
      const second = await Consuming.start(t, under);
      const again = await second.next();
      assert.equal(again.text, 'one');
      again.finish('done');
      await second.handOver();
      const third = await Consuming.start(t, under);
      await under.send(['two']);
      assert.equal((await third.next()).text, 'two');
    },
    loses,
  );

  claim(
    'nothing is acknowledged after the term was lost',
    async (under, t) => {
      const first = await Consuming.start(t, under);
      await under.send(['one']);
      const held = await first.next();
      first.lose();
      assert.equal(held.signal.aborted, true);
      held.finish('done');
      await first.ended;
      const second = await Consuming.start(t, under);
      assert.equal((await second.next()).text, 'one');
    },
    loses,
  );

  claim('nothing is taken after the term was lost', async (under, t) => {
    const consuming = await Consuming.start(t, under);
    await under.send(['one']);
    await consuming.next();
    consuming.lose();
    const { taken } = consuming;
    await under.send(['two', 'three']);
    await consuming.ended;
    assert.equal(consuming.taken, taken);
  });

  claim(
    'a hand-over lets the message in hand finish',
    async (under, t) => {
      const first = await Consuming.start(t, under);
      await under.send(['one']);
      const held = await first.next();
      const over = first.handOver();
      assert.equal(held.signal.aborted, false);
      held.finish('done');
      await over;
      const second = await Consuming.start(t, under);
      await under.send(['two']);
      assert.equal((await second.next()).text, 'two');
    },
    unlessTrue(features.keeps),
  );

  claim(
    'what came while nobody consumed is there for the next',
    async (under, t) => {
      const first = await Consuming.start(t, under);
      await first.handOver();
      await under.send(['one', 'two']);
      const second = await Consuming.start(t, under);
      assert.deepEqual((await second.takeAll(2)).toSorted(), ['one', 'two']);
    },
    unlessTrue(features.keeps),
  );

  claim(
    'a message that is to come again comes again',
    async (under, t) => {
      const consuming = await Consuming.start(t, under);
      await under.send(['one']);
      (await consuming.next()).finish('requeue');
      const again = await consuming.next();
      assert.equal(again.text, 'one');
      again.finish('done');
    },
    loses,
  );

  claim(
    `a message that failed ${features.rollback}, and does not hold up the next`,
    async (under, t) => {
      const consuming = await Consuming.start(t, under);
      await under.send(['bad', 'good']);
      const came = await consuming.takeUntil('good', (text) => (text === 'bad' ? 'rollback' : 'done'));
      assert.ok(came.includes('bad'));
      if (features.rollback === 'goes where failed ones go') assert.deepEqual(await under.failed!(1), ['bad']);
      else if (came.filter((text) => text === 'bad').length < 2) assert.equal((await consuming.next()).text, 'bad');
    },
    loses,
  );

  claim(`no more than ${features.inHand} are in hand, however many wait`, async (under, t) => {
    const consuming = await Consuming.start(t, under);
    const sent = Array.from({ length: features.backlog ?? 2_000 }, (_, n) => `message ${n}`);
    await under.send(sent);
    await consuming.takeAll(sent.length);
    assert.ok(consuming.mostInHand <= features.inHand, `${consuming.mostInHand} were in hand`);
  });

  claim(
    'replicas that share take each message once, together',
    async (under, t) => {
      const replicas = await Promise.all([1, 2].map(() => Consuming.start(t, under, { shared: true })));
      const sent = Array.from({ length: 200 }, (_, n) => `message ${n}`);
      const all = Promise.withResolvers<void>();
      const came: string[] = [];
      for (const replica of replicas)
        replica.onEach((text) => {
          if (came.push(text) >= sent.length) all.resolve();
        });
      await under.send(sent);
      await all.promise;
      await Promise.all(replicas.map((replica) => replica.handOver()));
      assert.deepEqual(came.toSorted(), sent.toSorted());
    },
    unlessTrue(features.shared),
  );

  claim(
    'a replica that stops sharing leaves nothing behind',
    async (under, t) => {
      const replicas = await Promise.all([1, 2].map(() => Consuming.start(t, under, { shared: true })));
      const sent = Array.from({ length: 200 }, (_, n) => `message ${n}`);
      const [some, all] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const came: string[] = [];
      for (const replica of replicas)
        replica.onEach((text) => {
          if (came.push(text) > 20) some.resolve();
          if (new Set(came).size === sent.length) all.resolve();
        });
      const sending = under.send(sent);
      await some.promise;
      await replicas[0]!.handOver();
      await sending;
      await all.promise;
      await replicas[1]!.handOver();
      assert.deepEqual([...new Set(came)].toSorted(), sent.toSorted());
    },
    unlessTrue(features.shared),
  );

  claim(
    'a server that goes away is waited for and found again, and what it kept comes',
    async (under, t) => {
      const consuming = await Consuming.start(t, under);
      await under.send(['one']);
      (await consuming.next()).finish('done');
      await under.server!.stop();
      assert.match(await consuming.untilWaiting(), /\S/);
      await under.server!.start();
      await consuming.untilRunning();
      await under.send(['two']);
      const came = await consuming.takeUntil('two');
      // What was done may come again when its acknowledgement was on the way.
      assert.deepEqual(
        [...new Set(came)].filter((text) => text !== 'one'),
        ['two'],
      );
    },
    features.serverStays,
  );

  claim(
    'a server that is away at the start is waited for',
    async (under, t) => {
      await under.server!.stop();
      const consuming = await Consuming.start(t, under, { connected: false });
      assert.match(await consuming.untilWaiting(), /\S/);
      await under.server!.start();
      await consuming.untilRunning();
      await under.send(['one']);
      assert.equal((await consuming.next()).text, 'one');
    },
    features.serverStays,
  );
}
