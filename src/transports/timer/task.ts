import type { Singleton, Term } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Fence } from '../../message/message.ts';
import { nextDue, type Trigger } from './schedule.ts';

/** What a task does when it is due: MessageInjector, or a class of the user's own. */
export interface TaskJob {
  /** Resolves when the run is over; a rejection is logged and does not stop the schedule. */
  run(context: TaskRun): Promise<void>;
}

export interface TaskRun {
  /** Milliseconds since 1970 at which this run was due. */
  readonly dueAt: number;
  readonly fence: Fence;
  /** Aborted when the term is lost: whatever is still to do must not be done. */
  readonly signal: AbortSignal;
}

export interface ScheduledTaskOptions {
  readonly name: string;
  readonly trigger: Trigger;
  readonly job: TaskJob;
  readonly clock: Clock;
  readonly log: Logger;
  /** at-most-once: a run is claimed before it begins. at-least-once: when it is done; the fence's key is the same again. */
  readonly runs?: 'at-most-once' | 'at-least-once';
  /** Told of every run that began, for the run log. */
  readonly onRun?: (run: { readonly dueAt: number; readonly startedAt: number; readonly token: number }) => void;
}

/** Longest single wait: the wall clock may be set while we sleep, so it is looked at again at least this often. */
const longestSleepMs = 1_000;

/** A scheduled task as coordination runs it: one run at a time, each due time claimed before it runs. */
export function scheduledTask(options: ScheduledTaskOptions): Singleton {
  return {
    key: `task/${options.name}`,
    run: (term) => runSchedule(options, term),
  };
}

async function runSchedule(options: ScheduledTaskOptions, term: Term): Promise<void> {
  const { clock, trigger } = options;
  const startedAt = clock.wall();
  let skipped: number | undefined;
  while (!term.signal.aborted) {
    const lastFire = Math.max(term.lastFire ?? -Infinity, skipped ?? -Infinity);
    const due = nextDue(trigger, {
      lastFire: Number.isFinite(lastFire) ? lastFire : undefined,
      runs: term.runs,
      startedAt,
      now: clock.wall(),
    });
    if (due === undefined) return ended(term.signal);
    if (!(await waitUntil(due, clock, term.signal))) return;
    if (options.runs === 'at-least-once') {
      await runOnce(options, term, due);
      // Lost meanwhile, and so not said: the next holder runs it again.
      if (!(await term.claim(due, 'after'))) skipped = due;
    } else if (await term.claim(due)) await runOnce(options, term, due);
    // Claimed by someone else already, or the claim did not get through: this due time is not ours to run.
    else skipped = due;
  }
}

async function runOnce(options: ScheduledTaskOptions, term: Term, dueAt: number): Promise<void> {
  const { log, name, clock } = options;
  // A hand-over lets the run in hand finish; only a term that is no longer valid aborts it.
  const lost = new AbortController();
  const onEnd = (): void => {
    if (!term.valid()) lost.abort(new Fault('TERM_LOST', { detail: { artifact: term.artifact } }));
  };
  term.signal.addEventListener('abort', onEnd, { once: true });
  try {
    options.onRun?.({ dueAt, startedAt: clock.wall(), token: term.token });
    const fence: Fence = { assert: () => term.assert(), token: term.token, key: `task/${name}@${dueAt}` };
    await options.job.run({ dueAt, fence, signal: lost.signal });
  } catch (error) {
    const fault = Fault.from(error);
    log.error(`${fault.describe()} in the run of task ${name} due ${new Date(dueAt).toISOString()}`, {
      code: fault.code,
    });
  } finally {
    term.signal.removeEventListener('abort', onEnd);
  }
}

async function waitUntil(due: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const left = due - clock.wall();
    if (left <= 0) return !signal.aborted;
    try {
      await clock.sleep(Math.min(left, longestSleepMs), signal);
    } catch {
      return false;
    }
  }
}

/** A finished schedule keeps its term: were it given up, another replica would take it and find it finished too. */
function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
