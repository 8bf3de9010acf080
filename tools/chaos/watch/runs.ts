/** Due runs: which were run, which were not, and whether they had to be. README.md has the definitions. */
import { podOf } from '../../../src/coordination/decide/names.ts';
import { misfireThresholdMs } from '../../../src/transports/timer/schedule.ts';
import type { History } from '../history.ts';
import type { ProjectTask } from '../project.ts';
import type { HeldTerm } from './terms.ts';
import { disturbing, type Troubles } from './troubles.ts';
import type { Violation } from './verdict.ts';

export interface RunCounts {
  /** Claimed by someone. */
  readonly due: number;
  /** Not claimed, though someone could and had to. */
  readonly missed: number;
  /** Claimed, or maybe claimed, by a process that could not do it any more. */
  readonly interrupted: number;
  /** Not claimed, because later ones stand for it or it was too old by the misfire policy. */
  readonly coalesced: number;
  /** Not claimed, in a time of trouble. */
  readonly excused: number;
}

/** An undisturbed holder begins a run no later than that after it is due, or after it became the holder. */
const promptMs = 1_000;
/** When the next one is due so soon after a term began, its holder may take that one as the newest. */
const eitherMs = 300;
/** A process that ended so long before a run was due cannot have claimed it. */
const stampMs = 50;

type Held = Pick<HeldTerm, 'process' | 'from' | 'to'>;
type Reading = 'missed' | 'interrupted' | 'coalesced' | 'excused';

export function readRuns(
  history: History,
  terms: ReadonlyMap<string, readonly HeldTerm[]>,
  troubles: Troubles,
): { counts: RunCounts; violations: Violation[] } {
  const counts = { due: 0, missed: 0, interrupted: 0, coalesced: 0, excused: 0 };
  const violations: Violation[] = [];
  const miss = (at: number, text: string): void => {
    counts.missed++;
    violations.push({ invariant: 'missed', at, text });
  };
  const claimed = claimedRuns(history);
  // The clock of a holder was ahead: what is due before is run by nobody.
  const ahead = history.runs.filter(
    ({ at, due, process }) => due - history.wallAhead > at + stampMs && troubles.felt(process, ['clock'], at, at),
  );
  for (const task of history.tasks) {
    const dues = [...(claimed.get(task.key) ?? [])].toSorted((a, b) => a - b);
    counts.due += dues.length;
    const list = terms.get(task.key) ?? [];
    for (const { due, since } of unclaimed(task, dues, history)) {
      const at = due - history.wallAhead;
      const isAhead = ahead.some((run) => run.artifact === task.key && run.due > due && run.at < at + promptMs);
      const isForgotten = holders(task.key, list, history).some((term) =>
        isRecordLost(term, since - history.wallAhead, at, troubles),
      );
      const reading = isAhead || isForgotten ? 'excused' : read(task, at, list, troubles);
      if (reading === 'missed') miss(at, `${task.key}@${due} was run by nobody`);
      else counts[reading]++;
    }
  }
  const done = new Set(history.effects.map(({ artifact, due, token }) => `${artifact}@${due} ${token}`));
  const ends = new Map(history.processes.map(({ id, endedAt }) => [id, endedAt ?? Infinity]));
  for (const { at, process, artifact, due, token } of history.runs) {
    if (done.has(`${artifact}@${due} ${token}`)) continue;
    const until = Math.min(at + 2 * promptMs, history.endedAt);
    const isLost =
      terms.get(artifact)?.some((term) => term.token === token && term.from <= at && term.to <= until) === true;
    if (
      isLost ||
      ends.get(process)! <= until ||
      troubles.felt(process, disturbing, at, until) ||
      until === history.endedAt
    )
      counts.interrupted++;
    else miss(at, `${artifact}@${due} was claimed by ${process} and never done, though nothing had happened to it`);
  }
  return { counts, violations };
}

/** By artifact, by what replicas said and by what arrived: a process may die before it can say it. */
function claimedRuns({ runs, effects }: History): Map<string, Set<number>> {
  const claimed = new Map<string, Set<number>>();
  for (const { artifact, due } of [...runs, ...effects]) {
    const dues = claimed.get(artifact) ?? new Set();
    claimed.set(artifact, dues.add(due));
  }
  return claimed;
}

/** Due times between the first run and the end that nobody claimed. Intervals go on from the last run that was. */
function* unclaimed(
  task: ProjectTask,
  dues: readonly number[],
  history: History,
): Generator<{ due: number; since: number }> {
  const end = history.endedAt + history.wallAhead - promptMs - 1;
  const known = new Set(dues);
  for (const [index, due] of dues.entries()) {
    const next = dues[index + 1];
    // Half an interval: a grid that began anew is not a whole number of intervals away.
    const last = next === undefined ? end : task.kind === 'cron' ? next - 1 : next - task.everyMs / 2;
    for (let at = due + task.everyMs; at <= last; at += task.everyMs) if (!known.has(at)) yield { due: at, since: due };
  }
}

function read(task: ProjectTask, at: number, list: readonly HeldTerm[], troubles: Troubles): Reading {
  const isSound = (term: HeldTerm, from: number): boolean =>
    term.to >= from + promptMs && !troubles.felt(term.process, disturbing, from, from + promptMs);
  const holder = list.findLast((term) => term.from <= at && term.to > at);
  if (holder && isSound(holder, at)) return 'missed';
  const next = list.find((term) => term.from > at && term.process !== holder?.process);
  if (!next) return 'excused';
  // What the next holder owes: the newest of an interval, of a clock's times all that are not too old.
  const isNewest = at + task.everyMs > next.from + eitherMs;
  const owes = task.kind === 'cron' ? next.from - at < misfireThresholdMs - stampMs : isNewest;
  if (!owes) return 'coalesced';
  if (!isSound(next, next.from)) return 'excused';
  const before = list.filter((term) => term.from < next.from);
  const could = before.some((term) => couldClaim(term, at, next.from, troubles));
  if (could) return 'interrupted';
  return 'missed';
}

/** Terms, and those of replicas that were named as holders and never came to say so. */
function holders(artifact: string, list: readonly HeldTerm[], { placements, processes }: History): Held[] {
  const named = placements.flatMap(({ artifact: of, to, seenAt }) => {
    if (of !== artifact || to === undefined) return [];
    const ofPod = processes.filter(({ pod, startedAt }) => pod === podOf(to) && startedAt <= seenAt);
    return ofPod.map(({ id, endedAt }) => ({ process: id, from: seenAt, to: Math.max(seenAt, endedAt ?? Infinity) }));
  });
  return [...list, ...named];
}

/** With its record goes what a holder said of its runs: what was due until the next holder came counts as claimed. */
function isRecordLost(term: Held, since: number, at: number, troubles: Troubles): boolean {
  return term.from <= at && term.to >= since && troubles.felt(term.process, ['delete'], Math.max(since, term.from), at);
}

/** Whether that holder may have claimed what was due at that time without having been heard of. */
function couldClaim(term: HeldTerm, at: number, until: number, troubles: Troubles): boolean {
  if (term.to < at - stampMs) return false;
  if (troubles.lasted(term.process, ['pause', 'cut'], at - stampMs, until)) return false;
  return term.end === 'died' || troubles.felt(term.process, disturbing, at, until);
}
