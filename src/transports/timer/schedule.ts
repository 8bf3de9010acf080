/**
 * When a scheduled task runs next. Pure: times in, time out, all in milliseconds since 1970.
 *
 * The key of a run is its due time, not the time it started: a new holder goes on with the grid of the old one, so
 * that no run happens twice and none is forgotten. Source of the defaults: Quartz, as MI configures it: cron drops
 * what it missed, an interval runs once for all it missed. A run that is late by less than the threshold is not a
 * missed one (Quartz misfireThreshold of the RAM job store: 5 s), so a failover of a second loses nothing.
 */
export type Trigger =
  | { readonly type: 'interval'; readonly everyMs: number; readonly count: number | undefined }
  | { readonly type: 'cron'; readonly next: (after: Date) => Date | undefined }
  | { readonly type: 'once' };

export interface ScheduleState {
  /** Due time of the last run that any holder claimed. */
  readonly lastFire: number | undefined;
  /** Runs claimed so far, by any holder. */
  readonly runs: number;
  /** When this holder's term began. */
  readonly startedAt: number;
  readonly now: number;
}

export const misfireThresholdMs = 5_000;

/** The due time of the next run, maybe in the past (then run at once); undefined when there is none any more. */
export function nextDue(trigger: Trigger, state: ScheduleState): number | undefined {
  if (trigger.type === 'once') return state.runs > 0 ? undefined : state.startedAt;
  if (trigger.type === 'interval') return nextInterval(trigger.everyMs, trigger.count, state);
  return nextCron(trigger.next, state);
}

function nextInterval(everyMs: number, count: number | undefined, state: ScheduleState): number | undefined {
  if (count !== undefined && state.runs >= count) return undefined;
  if (state.lastFire === undefined) return state.startedAt;
  const next = state.lastFire + everyMs;
  if (next > state.now) return next;
  // Several were missed: one run stands for all of them, the latest on the grid.
  return next + Math.floor((state.now - next) / everyMs) * everyMs;
}

function nextCron(next: (after: Date) => Date | undefined, state: ScheduleState): number | undefined {
  const oldest = state.now - misfireThresholdMs - 1;
  const after = state.lastFire === undefined ? state.startedAt - 1 : Math.max(state.lastFire, oldest);
  return next(new Date(after))?.getTime();
}
