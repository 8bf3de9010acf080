import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../../clock.ts';
import { Queue } from './queue.ts';

/** A queue whose work is finished by hand. */
function scene(outcomes: Readonly<Record<string, (number | Error | undefined)[]>> = {}) {
  const clock = new VirtualClock();
  const begun: string[] = [];
  const failed: string[] = [];
  const open: (() => void)[] = [];
  let isHeld = false;
  const queue = new Queue({
    clock,
    width: 2,
    gatherMs: 30,
    async work(key) {
      begun.push(key);
      if (isHeld) await new Promise<void>((go) => open.push(go));
      const outcome = outcomes[key]?.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    onFailure: (key, error, againMs) => failed.push(`${key} ${(error as Error).message} ${againMs}`),
  });
  const hold = (): void => void (isHeld = true);
  const finish = (): void => open.splice(0).forEach((go) => go());
  return { clock, queue, begun, failed, hold, finish };
}

test('a burst of changes is worked on once, and a stream of them does not put it off', async () => {
  const { clock, queue, begun } = scene();
  for (let n = 0; n < 5; n++) {
    queue.add('a');
    await clock.advance(10);
  }
  assert.deepEqual(begun, ['a']);
});

test('what changes while it is worked on is worked on again, and never twice at once', async () => {
  const { clock, queue, begun, hold, finish } = scene();
  hold();
  queue.add('a');
  await clock.advance(30);
  queue.add('a');
  queue.add('a');
  await clock.advance(100);
  assert.deepEqual(begun, ['a']);
  finish();
  await clock.advance(30);
  assert.deepEqual(begun, ['a', 'a']);
});

test('no more than so many at once', async () => {
  const { clock, queue, begun, hold, finish } = scene();
  hold();
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await clock.advance(30);
  assert.deepEqual(begun, ['a', 'b']);
  finish();
  await clock.advance(0);
  assert.deepEqual(begun, ['a', 'b', 'c']);
});

test('what fails is tried again, each time later; what wants to be called again is', async () => {
  const { clock, queue, begun, failed } = scene({ a: [new Error('no'), new Error('no'), 5_000] });
  queue.add('a');
  await clock.advance(30);
  await clock.advance(250);
  await clock.advance(500);
  assert.deepEqual(failed, ['a no 250', 'a no 500']);
  assert.equal(begun.length, 3);
  await clock.advance(4_999);
  assert.equal(begun.length, 3);
  await clock.advance(1);
  assert.equal(begun.length, 4);
});

test('a change does not wait for the end of a pause', async () => {
  const { clock, queue, begun } = scene({ a: [new Error('no')] });
  queue.add('a');
  await clock.advance(30);
  queue.add('a');
  await clock.advance(30);
  assert.deepEqual(begun, ['a', 'a']);
});

test('closing waits for what is in hand, and begins nothing more', async () => {
  const { clock, queue, begun, hold, finish } = scene();
  hold();
  queue.add('a');
  await clock.advance(30);
  queue.add('a');
  queue.add('b');
  let closed = false;
  const closing = queue.close().then(() => (closed = true));
  await clock.advance(1_000);
  assert.equal(closed, false);
  finish();
  await closing;
  await clock.advance(1_000);
  assert.deepEqual(begun, ['a']);
});
