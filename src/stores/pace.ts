import { parseQuartz } from '../artifacts/kinds/cron.ts';
import type { Clock } from '../clock.ts';

/** What a turn found in the store. */
export type Found = 'message' | 'nothing';

/** When a processor looks at its store. */
export interface Pace {
  /** Waits for the next turn; `last` is undefined before the first. Rejects when the signal aborts. */
  next(last: Found | undefined, signal: AbortSignal): Promise<void>;
}

/** At once, then at each interval; `hurries`: at once too while there are messages. */
export function atIntervals(intervalMs: number, hurries: boolean, clock: Clock): Pace {
  return {
    async next(last, signal) {
      signal.throwIfAborted();
      if (last === undefined || (last === 'message' && hurries)) return;
      await clock.sleep(intervalMs, signal);
    },
  };
}

/** The wall clock may be set while we sleep, so it is looked at again at least this often. */
const longestSleepMs = 1_000;

/**
 * Whenever the expression says; `betweenMs`: it then goes on until the store is empty, with that long between two
 * messages. Times that pass while it works, or while no replica holds it, are left out, as in MI.
 */
export function byCron(expression: string, betweenMs: number | undefined, clock: Clock): Pace {
  const parsed = parseQuartz(expression);
  if (!parsed.ok) throw new Error(parsed.problem);
  const cron = parsed.ok;
  return {
    async next(last, signal) {
      signal.throwIfAborted();
      if (last === 'message' && betweenMs !== undefined) {
        if (betweenMs > 0) await clock.sleep(betweenMs, signal);
        return;
      }
      const due = cron.next(new Date(clock.wall()))?.getTime() ?? Infinity;
      for (let left = due - clock.wall(); left > 0; left = due - clock.wall())
        await clock.sleep(Math.min(left, longestSleepMs), signal);
    },
  };
}
