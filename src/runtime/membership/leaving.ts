/**
 * How a replica goes once it was told to.
 *
 *   told ── readiness off ── stateful artifacts handed over at once ──────────────────────────────►
 *        ├── serveOnMs: whoever has not heard yet is served as ever ──┤
 *                                                                     ├─ until it is quiet ─┤
 *                                                                                           ├─ what is in hand ─┤ end
 *
 * From the first moment each answer is the last of its connection, so that hardly any connection is left to be closed
 * while a request is on its way on it. New connections are taken until it is quiet: a balancer that is late with its
 * news loses nothing.
 */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';

/** What is stopped, in this order. */
export interface Leaver {
  /** To everything stateful that others can take; resolves when it is theirs, or was lost at the deadline. */
  handOver(deadlineMs: number): Promise<void>;
  /** The door for requests. */
  readonly requests: {
    /** How many have come so far. */
    count(): number;
    /** From now on each answer is the last of its connection. */
    sayGoodbye(): void;
    /** Takes nothing more; finishes what is in hand, aborts it at the deadline. */
    close(deadlineMs: number): Promise<void>;
  };
  /** What those requests may still have needed. */
  end(): Promise<void>;
}

export interface LeavingTimes {
  /** Milliseconds that balancers may take to hear of it. 0: they know already. */
  readonly serveOnMs: number;
  /** Milliseconds for what is in hand, from when nothing more is taken. */
  readonly deadlineMs: number;
}

export const leavingTimes: LeavingTimes = { serveOnMs: 0, deadlineMs: 30_000 };

/** It is quiet when no request has come for so long. */
const quietMs = 500;

/** Milliseconds after serveOnMs that are waited for quiet. */
export const lateMs = 5_000;

/** Milliseconds between two looks at whether requests come. */
const lookMs = 50;

export async function leave(
  leaver: Leaver,
  { serveOnMs, deadlineMs }: LeavingTimes,
  clock: Clock,
  log: Logger,
): Promise<void> {
  const handedOver = handOver(leaver, serveOnMs + deadlineMs, clock, log);
  if (serveOnMs > 0) {
    leaver.requests.sayGoodbye();
    tellOf(await untilQuiet(leaver.requests, serveOnMs, clock), serveOnMs, log);
  }
  await leaver.requests.close(deadlineMs);
  await handedOver;
  await leaver.end();
}

async function handOver(leaver: Leaver, deadlineMs: number, clock: Clock, log: Logger): Promise<void> {
  const told = clock.monotonic();
  await leaver.handOver(deadlineMs);
  log.info(`LEAVING everything was handed over ${Math.round(clock.monotonic() - told)} ms after it was told to go`);
}

/** Milliseconds from the beginning until the last request came; undefined when none did. */
async function untilQuiet(requests: Leaver['requests'], serveOnMs: number, clock: Clock): Promise<number | undefined> {
  const began = clock.monotonic();
  let seen = requests.count();
  let lastMs: number | undefined;
  for (;;) {
    await clock.sleep(lookMs);
    const nowMs = clock.monotonic() - began;
    if (requests.count() !== seen) {
      seen = requests.count();
      lastMs = nowMs;
    }
    if (isOver(nowMs, lastMs, serveOnMs)) return lastMs;
  }
}

function isOver(nowMs: number, lastMs: number | undefined, serveOnMs: number): boolean {
  if (nowMs < serveOnMs) return false;
  return nowMs - (lastMs ?? 0) >= quietMs || nowMs >= serveOnMs + lateMs;
}

function tellOf(lastMs: number | undefined, serveOnMs: number, log: Logger): void {
  if (lastMs === undefined) return log.info('LEAVING no request came after it was told to go');
  const came = `the last request came ${Math.round(lastMs)} ms after it was told to go`;
  if (lastMs <= serveOnMs) log.info(`LEAVING ${came}; it serves on for ${serveOnMs} ms`);
  else log.warn(`LEAVING_LATE ${came}, later than GANTRY_SERVE_ON_MS=${serveOnMs}: give that a higher value`);
}
