import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageToProduce, Producer } from '@platformatic/kafka';
import { VirtualClock } from '../../clock.ts';
import { Fault } from '../../errors.ts';
import { Line } from './line.ts';

interface Request {
  readonly texts: readonly string[];
  readonly partition: number;
  answer(offset: bigint): void;
  fail(error: Error): void;
}

/** A line of two partitions, whose requests the test answers. */
class UnderTest {
  readonly requests: Request[] = [];
  readonly clock: VirtualClock = new VirtualClock();
  closed = 0;
  readonly line: Line;

  constructor() {
    const producer = {
      on() {},
      metadata: async () => ({ topics: new Map([['t', { partitionsCount: 2 }]]) }),
      send: ({ messages }: { messages: MessageToProduce[] }) => {
        const { promise, resolve, reject } = Promise.withResolvers<object>();
        this.requests.push({
          texts: messages.map(({ value }) => String(value)),
          partition: messages[0]!.partition!,
          answer: (offset) => resolve({ offsets: [{ offset }] }),
          fail: reject,
        });
        return promise;
      },
      // As the client does: what it tries again is given up.
      close: async () => {
        this.closed++;
        for (const { fail } of this.requests) fail(new Error('closed while retrying'));
      },
    };
    this.line = new Line(producer as unknown as Producer, {
      acks: -1,
      idempotent: true,
      compression: 'none',
      deliveryTimeout: 60_000,
      clock: this.clock,
      partitionOf: (key, count) => key.length % count,
      faultOf: (error) => new Fault('CONNECTION_FAILED', { text: (error as Error).message }),
      noPartition: (topic, partition) => new Fault('SEND_FAILED', { text: `${topic} has no ${partition}` }),
    });
  }

  send(text: string, partition?: number): ReturnType<Line['send']> {
    const record = { topic: 't', value: Buffer.from(text), ...(partition === undefined ? {} : { partition }) };
    return this.line.send(record);
  }
}

/** All that is decided without waiting has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a partition has one request under way; what comes meanwhile goes together, in order', async () => {
  const under = new UnderTest();
  const first = under.send('a', 0);
  await settled();
  const [second, third] = [under.send('b', 0), under.send('c', 0)];
  await settled();
  assert.deepEqual(
    under.requests.map(({ texts }) => texts),
    [['a']],
  );
  under.requests[0]!.answer(7n);
  assert.deepEqual(await first, { partition: 0, offset: 7n });
  await settled();
  assert.deepEqual(under.requests[1]!.texts, ['b', 'c']);
  under.requests[1]!.answer(8n);
  assert.deepEqual(
    (await Promise.all([second, third])).map(({ offset }) => offset),
    [8n, 9n],
  );
});

test('partitions do not wait for each other', async () => {
  const under = new UnderTest();
  const slow = under.send('slow', 0);
  const quick = under.send('quick', 1);
  await settled();
  under.requests.find(({ partition }) => partition === 1)!.answer(1n);
  assert.deepEqual(await quick, { partition: 1, offset: 1n });
  under.requests.find(({ partition }) => partition === 0)!.answer(1n);
  await slow;
});

test('without a partition and a key they take turns; a partition that is not there faults by itself', async () => {
  const under = new UnderTest();
  const all = [under.send('a'), under.send('b')];
  await assert.rejects(under.send('c', 2), /t has no 2/);
  await settled();
  for (const request of under.requests) request.answer(0n);
  assert.deepEqual(
    (await Promise.all(all)).map(({ partition }) => partition),
    [0, 1],
  );
  assert.equal(under.closed, 0);
});

test('what the brokers do not take faults, and the line is not used again', async () => {
  const under = new UnderTest();
  const sending = under.send('a', 0);
  await settled();
  under.requests[0]!.fail(new Error('not enough replicas'));
  await assert.rejects(sending, /not enough replicas/);
  await assert.rejects(under.line.broken, /not enough replicas/);
  assert.equal(under.closed, 1);
});

test('a record that no leader takes is given up after the delivery time-out', async () => {
  const under = new UnderTest();
  const sending = under.send('a', 0);
  await settled();
  const rejected = assert.rejects(sending, /closed while retrying/);
  await under.clock.advance(60_000);
  await rejected;
});
