import { lostSignal } from '../../engine/lost-signal.ts';
import type { Singleton, Switch, Term } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Fence } from '../../message/message.ts';
import { nextDue, type Misfire, type Trigger } from './schedule.ts';

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
  /** What becomes of runs that nobody could run in time; the trigger's own way when left out. */
  readonly misfire?: Misfire | undefined;
  /** A run begins up to that many milliseconds after it is due, at random: what many tasks load is loaded evenly. */
  readonly jitterMs?: number | undefined;
  /** 0 to 1. */
  readonly random?: () => number;
  /** While it is off nothing falls due; on for good when left out. */
  readonly switch?: Switch;
  /** Told of every run that begins. */
  readonly onRun?: (run: RunBegun) => void;
  readonly onRunEnd?: (run: RunEnded) => void;
}

export interface RunBegun {
  /** Milliseconds since 1970, as the other times. */
  readonly dueAt: number;
  readonly startedAt: number;
  readonly token: number;
  /** Asked for by a person, out of turn. */
  readonly asked: boolean;
}

export interface RunEnded extends RunBegun {
  readonly endedAt: number;
  /** What went wrong; undefined when nothing did. */
  readonly fault: string | undefined;
}

const alwaysOn: Switch = {
  on: true,
  reason: undefined,
  turnOff() {},
  turnOn() {},
  async whenOn() {},
  until: (signal) => signal,
};

/** Longest single wait: the wall clock may be set while we sleep, so it is looked at again at least this often. */
const longestSleepMs = 1_000;

/** A scheduled task as coordination runs it: one run at a time, each due time claimed before it runs. */
export function scheduledTask(options: ScheduledTaskOptions): Singleton {
  const task = new Schedule(options);
  return { key: `task/${options.name}`, run: (term) => task.run(term), runNow: (term) => task.runNow(term) };
}

class Schedule {
  readonly #o: ScheduledTaskOptions;
  readonly #switch: Switch;
  /** Settles when no run is under way. */
  #idle: Promise<void> = Promise.resolve();

  constructor(options: ScheduledTaskOptions) {
    this.#o = options;
    this.#switch = options.switch ?? alwaysOn;
  }

  async run(term: Term): Promise<void> {
    const { clock, trigger, misfire } = this.#o;
    const startedAt = clock.wall();
    let resumedAt: number | undefined;
    let skipped: number | undefined;
    while (!term.signal.aborted) {
      if (!this.#switch.on) {
        if (!(await isOnAgain(this.#switch, term.signal))) return;
        resumedAt = clock.wall();
      }
      const lastFire = Math.max(term.lastFire ?? -Infinity, skipped ?? -Infinity);
      const due = nextDue(
        trigger,
        {
          lastFire: Number.isFinite(lastFire) ? lastFire : undefined,
          runs: term.runs,
          startedAt,
          resumedAt,
          now: clock.wall(),
        },
        misfire,
      );
      if (due === undefined) return ended(term.signal);
      if (!(await this.#waitUntil(due + this.#jitter(), term.signal))) continue;
      if (!(await this.#take(term, due))) skipped = due;
    }
  }

  /** Once, out of turn, after the run that is under way. */
  runNow(term: Term): Promise<void> {
    return this.#alone(() => this.#runOnce(term, this.#o.clock.wall(), true));
  }

  /** False when this due time is not ours to run, or when nobody heard that it was done. */
  #take(term: Term, due: number): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#o.runs === 'at-least-once') {
        await this.#runOnce(term, due, false);
        // Lost meanwhile, and so not said: the next holder runs it again.
        return term.claim(due, 'after');
      }
      const ours = await term.claim(due);
      if (ours) await this.#runOnce(term, due, false);
      return ours;
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#idle;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }

  async #runOnce(term: Term, dueAt: number, asked: boolean): Promise<void> {
    const { log, name, clock, onRun, onRunEnd, job } = this.#o;
    // A hand-over lets the run in hand finish; only a term that is no longer valid aborts it.
    using lost = lostSignal(term);
    const begun: RunBegun = { dueAt, startedAt: clock.wall(), token: term.token, asked };
    let failed: string | undefined;
    try {
      onRun?.(begun);
      const { artifact, token } = term;
      const fence: Fence = { artifact, assert: () => term.assert(), token, key: `task/${name}@${dueAt}` };
      await job.run({ dueAt, fence, signal: lost.signal });
    } catch (error) {
      const fault = Fault.from(error);
      failed = fault.describe();
      log.error(`${failed} in the run of task ${name} due ${new Date(dueAt).toISOString()}`, { code: fault.code });
    } finally {
      onRunEnd?.({ ...begun, endedAt: clock.wall(), fault: failed });
    }
  }

  #jitter(): number {
    const { jitterMs = 0, random = Math.random } = this.#o;
    return jitterMs * random();
  }

  /** False when it was switched off, or the term ended, before that. */
  async #waitUntil(time: number, termSignal: AbortSignal): Promise<boolean> {
    const { clock } = this.#o;
    const over = new AbortController();
    const signal = this.#switch.until(AbortSignal.any([termSignal, over.signal]));
    try {
      for (let left = time - clock.wall(); left > 0; left = time - clock.wall())
        await clock.sleep(Math.min(left, longestSleepMs), signal);
      return !signal.aborted;
    } catch {
      return false;
    } finally {
      // Nothing keeps listening to the switch.
      over.abort();
    }
  }
}

async function isOnAgain(one: Switch, signal: AbortSignal): Promise<boolean> {
  return one.whenOn(signal).then(
    () => true,
    () => false,
  );
}

/** A finished schedule keeps its term: were it given up, another replica would take it and find it finished too. */
function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
