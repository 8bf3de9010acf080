import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import type { Term } from './ports.ts';
import { stillHeld } from './still-held.ts';

const termThat = (valid: () => boolean, signal = new AbortController().signal): Term => ({ valid, signal }) as Term;

test('a term that a late renewal makes valid again is held', async () => {
  const clock = new VirtualClock();
  const held = stillHeld(
    termThat(() => clock.monotonic() >= 200),
    clock,
  );
  await clock.advance(250);
  assert.equal(await held, true);
});

test('a term that is lost meanwhile is not', async () => {
  const clock = new VirtualClock();
  const lost = new AbortController();
  const held = stillHeld(
    termThat(() => false),
    clock,
    lost.signal,
  );
  await clock.advance(120);
  lost.abort();
  assert.equal(await held, false);
});

test('a term that was handed over and has ended is not', async () => {
  const ended = termThat(() => false, AbortSignal.abort());
  assert.equal(await stillHeld(ended, new VirtualClock()), false);
});
