import type { History } from '../history.ts';
import { duplicates, staleEffects, unfinished } from './effects.ts';
import { handovers } from './handovers.ts';
import { calms, needlessLosses, overlaps, recoveries, tokens } from './holders.ts';
import { movesOf, needlessFailovers } from './placements.ts';
import { readRuns, type RunCounts } from './runs.ts';
import { termsOf } from './terms.ts';
import { Troubles } from './troubles.ts';
import type { Recovery, Violation } from './verdict.ts';

export interface Verdict {
  /** In the order in which they happened. */
  readonly violations: readonly Violation[];
  readonly runs: RunCounts;
  /** Effects with a token below the highest seen, refused by the resource. */
  readonly refused: number;
  /** Terms lost by replicas to which nothing had been done: safe, but a delay. */
  readonly needlessLosses: number;
  readonly recoveries: readonly Recovery[];
  /** Milliseconds. */
  readonly handovers: readonly number[];
  readonly moves: Readonly<Record<string, number>>;
}

/** Judges a history: everything that must never happen, and what it took. */
export function watch(history: History): Verdict {
  const troubles = new Troubles(history.faults);
  const terms = termsOf(history);
  const stale = staleEffects(history, troubles);
  const found = recoveries(history, terms);
  const runs = readRuns(history, terms, troubles);
  const violations = [
    ...overlaps(history, terms, troubles),
    ...tokens(terms),
    ...stale.violations,
    ...duplicates(history),
    ...unfinished(history, terms),
    ...found.violations,
    ...calms(history, terms),
    ...needlessFailovers(history),
    ...runs.violations,
    ...unexpectedEnds(history),
  ];
  return {
    violations: violations.toSorted((a, b) => a.at - b.at),
    runs: runs.counts,
    refused: stale.refused,
    needlessLosses: needlessLosses(terms, troubles),
    recoveries: found.recoveries,
    handovers: handovers(history, terms),
    moves: movesOf(history),
  };
}

function unexpectedEnds({ processes }: History): Violation[] {
  return processes.flatMap(({ id, endedAt, unexpected }) =>
    unexpected === undefined ? [] : [{ invariant: 'ended', at: endedAt!, text: `${id} ended: ${unexpected}` } as const],
  );
}
