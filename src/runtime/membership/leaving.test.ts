import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import { silentLogger, type Logger } from '../../log.ts';
import { lateMs, leave, type Leaver } from './leaving.ts';

/** A replica that writes down what it is told, and when. */
function replica(clock: VirtualClock, handingOverMs = 20): Leaver & { readonly story: string[]; came: number } {
  const story: string[] = [];
  const note = (what: string): void => void story.push(`${clock.monotonic()} ${what}`);
  const self = {
    story,
    came: 0,
    async handOver() {
      await clock.sleep(handingOverMs);
      note('handed over');
    },
    requests: {
      count: () => self.came,
      sayGoodbye: () => note('goodbye'),
      async close(deadlineMs: number) {
        note(`closed, ${deadlineMs} ms for the rest`);
      },
    },
    async end() {
      note('ended');
    },
  };
  return self;
}

/** A request every so often, for so long. */
async function requests(clock: VirtualClock, on: { came: number }, everyMs: number, forMs: number): Promise<void> {
  for (let at = 0; at < forMs; at += everyMs) {
    on.came++;
    await clock.advance(everyMs);
  }
}

test('stateful artifacts are handed over at once, requests are taken until balancers have heard', async () => {
  const clock = new VirtualClock();
  const it = replica(clock);
  const left = leave(it, { serveOnMs: 4_000, deadlineMs: 30_000 }, clock, silentLogger);
  await requests(clock, it, 10, 1_000);
  await clock.advance(10_000);
  await left;
  assert.deepEqual(it.story, ['0 goodbye', '20 handed over', '4000 closed, 30000 ms for the rest', '4000 ended']);
});

test('requests that come later than that are still served, and it is said that the time was short', async () => {
  const clock = new VirtualClock();
  const it = replica(clock);
  const said: string[] = [];
  const log: Logger = { ...silentLogger, warn: (text: string) => void said.push(text) };
  const left = leave(it, { serveOnMs: 1_000, deadlineMs: 30_000 }, clock, log);
  await requests(clock, it, 100, 2_000);
  await clock.advance(10_000);
  await left;
  assert.match(it.story[2]!, /^2450 closed/);
  assert.match(said.join(), /^LEAVING_LATE .* 1950 ms .*GANTRY_SERVE_ON_MS=1000/);
});

test('whoever never stops sending does not keep it for ever', async () => {
  const clock = new VirtualClock();
  const it = replica(clock);
  const left = leave(it, { serveOnMs: 1_000, deadlineMs: 30_000 }, clock, silentLogger);
  await requests(clock, it, 100, 20_000);
  await left;
  assert.match(it.story[2]!, new RegExp(`^${1_000 + lateMs} closed`));
});

test('where balancers know at once it does not wait for them', async () => {
  const clock = new VirtualClock();
  const it = replica(clock);
  const left = leave(it, { serveOnMs: 0, deadlineMs: 30_000 }, clock, silentLogger);
  await clock.advance(100);
  await left;
  assert.deepEqual(it.story, ['0 closed, 30000 ms for the rest', '20 handed over', '20 ended']);
});

test('what is slow to hand over does not keep requests from being finished, but is waited for', async () => {
  const clock = new VirtualClock();
  const it = replica(clock, 6_000);
  const left = leave(it, { serveOnMs: 1_000, deadlineMs: 30_000 }, clock, silentLogger);
  await clock.advance(10_000);
  await left;
  assert.deepEqual(it.story, ['0 goodbye', '1000 closed, 30000 ms for the rest', '6000 handed over', '6000 ended']);
});
