import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryTerm, type TriedTerm } from '../engine/try-out.ts';
import { InHand } from './in-hand.ts';

const openTerm = (): TriedTerm => tryTerm('inboundEndpoint/In');

/** Work that the test finishes, one by one. */
function handmade(): {
  readonly begun: string[];
  readonly signals: AbortSignal[];
  work(item: string, signal: AbortSignal): Promise<void>;
  finish(): void;
} {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const signals: AbortSignal[] = [];
  return {
    begun,
    signals,
    work(item, signal) {
      begun.push(item);
      signals.push(signal);
      return new Promise((resolve) => ends.push(resolve));
    },
    finish: () => ends.shift()!(),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('as many are begun as the width allows, in order', async () => {
  const hand = handmade();
  const inHand = new InHand<string>(2, openTerm(), hand.work);
  for (const item of ['a', 'b', 'c']) inHand.add(item);
  assert.deepEqual(hand.begun, ['a', 'b']);
  hand.finish();
  await settle();
  assert.deepEqual(hand.begun, ['a', 'b', 'c']);
});

test('a hand-over finishes what has begun and begins nothing more', async () => {
  const term = openTerm();
  const hand = handmade();
  const inHand = new InHand<string>(1, term, hand.work);
  inHand.add('a');
  inHand.add('b');
  term.handOver();
  let isDrained = false;
  const drained = inHand.drain().then(() => (isDrained = true));
  inHand.add('c');
  await settle();
  assert.equal(isDrained, false);
  assert.equal(hand.signals[0]!.aborted, false);
  hand.finish();
  await drained;
  assert.deepEqual(hand.begun, ['a']);
});

test('a lost term aborts what has begun, and nobody waits for it', async () => {
  const term = openTerm();
  const hand = handmade();
  const inHand = new InHand<string>(1, term, hand.work);
  inHand.add('a');
  term.lose();
  assert.equal(hand.signals[0]!.aborted, true);
  await inHand.drain();
  assert.deepEqual(hand.begun, ['a']);
});

test('a connection that is gone aborts what has begun', () => {
  const hand = handmade();
  const inHand = new InHand<string>(1, openTerm(), hand.work);
  inHand.add('a');
  inHand.abandon(new Error('gone'));
  assert.equal(hand.signals[0]!.aborted, true);
});
