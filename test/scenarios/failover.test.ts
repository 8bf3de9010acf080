import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTimings } from '../../src/coordination/index.ts';
import { seeded, World } from './world.ts';

/** Milliseconds from the crash of the holder of `task/0` to its next start. */
async function failover(seed: number, phase: number): Promise<number> {
  const random = seeded(seed);
  const started: number[] = [];
  const world = new World({ random, latency: () => 0.5 + 4 * random(), onEvent: () => {} });
  const ended = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await world.found();
  for (const pod of ['pod-1', 'pod-2', 'pod-3'])
    world.start({
      pod,
      expect: 3,
      artifacts: [
        {
          key: 'task/0',
          run: (term) => {
            started.push(world.clock.monotonic());
            return ended(term.signal);
          },
        },
      ],
    });
  await world.clock.advance(2_000 + phase);
  const holder = [...world.processes.values()].find(({ terms }) => terms.get('task/0')?.valid());
  world.crash(holder!.pod);
  const at = world.clock.monotonic();
  await world.clock.advance(3_000);
  assert.equal(started.length, 2);
  return started[1]! - at;
}

test('whenever its holder dies, an artifact starts again within the lease and 300 ms', async () => {
  const figures: number[] = [];
  for (let i = 0; i < 40; i++) figures.push(await failover(i + 1, (i * defaultTimings.renewMs) / 40));
  figures.sort((a, b) => a - b);
  assert.ok(figures.at(-1)! <= defaultTimings.leaseMs + 300, `longest ${figures.at(-1)}`);
  // Never before the lease has run out either: silence is all that anyone knows.
  assert.ok(figures[0]! >= defaultTimings.leaseMs - defaultTimings.renewMs, `shortest ${figures[0]}`);
});
