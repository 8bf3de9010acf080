/**
 * When a scheduled task runs next. Pure: times in, time out, all in milliseconds since 1970.
 *
 * The key of a run is its due time, not the time it started: a new holder goes on with the grid of the old one, so
 * that no run happens twice and none is forgotten. Source of the defaults: Quartz, as MI configures it: cron drops
 * what it missed, an interval runs once for all it missed; and neither makes up for the time it was switched off. A run
 * that is late by less than the threshold is not a missed one (Quartz misfireThreshold of the RAM job store: 5 s), so a
 * failover of a second loses nothing.
 */
export type Trigger =
  | { readonly type: 'interval'; readonly everyMs: number; readonly count: number | undefined }
  | { readonly type: 'cron'; readonly next: (after: Date) => Date | undefined }
  | { readonly type: 'once' };

/**
 * What becomes of runs that fell due while no holder could run them:
 * - skip: they are left out
 * - once: one run stands for all of them, at the latest due time
 * - each: all are run, one after the other
 */
export type Misfire = 'skip' | 'once' | 'each';

export interface ScheduleState {
  /** Due time of the last run that any holder claimed. */
  readonly lastFire: number | undefined;
  /** Runs claimed so far, by any holder. */
  readonly runs: number;
  /** When this holder's term began. */
  readonly startedAt: number;
  /** When it was last switched on again, under this holder; undefined: it was not off. */
  readonly resumedAt: number | undefined;
  readonly now: number;
}

export const misfireThresholdMs = 5_000;

/** The due time of the next run, maybe in the past (then run at once); undefined when there is none any more. */
export function nextDue(trigger: Trigger, state: ScheduleState, misfire?: Misfire): number | undefined {
  const { lastFire, runs, startedAt, now } = state;
  if (trigger.type === 'once') return runs > 0 ? undefined : startedAt;
  if (trigger.type === 'interval' && trigger.count !== undefined && runs >= trigger.count) return undefined;
  const policy = misfire ?? (trigger.type === 'cron' ? 'skip' : 'once');
  const notBefore = Math.max(
    policy === 'skip' ? now - misfireThresholdMs : -Infinity,
    misfire === undefined ? (state.resumedAt ?? -Infinity) : -Infinity,
  );
  if (trigger.type === 'interval') {
    if (lastFire === undefined) return Math.max(startedAt, notBefore);
    const next = lastFire + trigger.everyMs;
    const first = next + Math.max(0, Math.ceil((notBefore - next) / trigger.everyMs)) * trigger.everyMs;
    return policy === 'once' && first <= now ? now - ((now - first) % trigger.everyMs) : first;
  }
  const first = trigger.next(new Date(Math.max(lastFire ?? startedAt - 1, notBefore - 1)))?.getTime();
  return policy === 'once' && first !== undefined && first <= now ? latest(trigger.next, first, now) : first;
}

/** Of a cron expression only what follows a time can be asked: steps that halve find the last one that has come. */
function latest(next: (after: Date) => Date | undefined, first: number, now: number): number {
  const after = (time: number): number => next(new Date(time))?.getTime() ?? Infinity;
  let found = first;
  for (let back = now - first; back >= 1_000; back /= 2) {
    const later = after(Math.max(found, now - back));
    if (later <= now) found = later;
  }
  for (let later = after(found); later <= now; later = after(found)) found = later;
  return found;
}
