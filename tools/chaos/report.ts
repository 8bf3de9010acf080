import { faultKinds } from './faults/fault.ts';
import type { History } from './history.ts';
import { invariants } from './watch/verdict.ts';
import type { Verdict } from './watch/watch.ts';

/** Of times in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly n: number;
}

export interface Summary {
  readonly arbiter: string;
  readonly seed: number;
  readonly replicas: number;
  readonly minutes: number;
  readonly faults: number;
  readonly faultsBy: Readonly<Record<string, number>>;
  readonly violations: Readonly<Record<string, number>>;
  readonly failover: Spread;
  readonly failoverBy: Readonly<Record<string, Spread>>;
  readonly handover: Spread;
  readonly duplicates: number;
  readonly missed: number;
  readonly refused: number;
  readonly interrupted: number;
  readonly coalesced: number;
  readonly excused: number;
  readonly dueRuns: number;
  readonly needlessLosses: number;
  readonly moves: Readonly<Record<string, number>>;
}

export function summarize(
  run: { readonly arbiter: string; readonly seed: number; readonly replicas: number },
  history: History,
  verdict: Verdict,
): Summary {
  const done = history.faults.filter(({ skipped }) => skipped === undefined);
  const count = (invariant: string): number => verdict.violations.filter((one) => one.invariant === invariant).length;
  const byKind = Map.groupBy(verdict.recoveries, ({ kind }) => kind);
  const { due, missed, ...runs } = verdict.runs;
  return {
    // Not the password.
    arbiter: run.arbiter.replace(/\/\/.*@/, '//'),
    seed: run.seed,
    replicas: run.replicas,
    minutes: Math.round((history.endedAt - history.beganAt) / 6_000) / 10,
    faults: done.length,
    faultsBy: Object.fromEntries(
      faultKinds.map((kind) => [kind, done.filter(({ fault }) => fault.kind === kind).length]),
    ),
    violations: Object.fromEntries(invariants.map((invariant) => [invariant, count(invariant)])),
    failover: spread(verdict.recoveries.map(({ ms }) => ms)),
    failoverBy: Object.fromEntries([...byKind].map(([kind, list]) => [kind, spread(list.map(({ ms }) => ms))])),
    handover: spread(verdict.handovers),
    duplicates: count('I4'),
    missed,
    refused: verdict.refused,
    ...runs,
    dueRuns: due,
    needlessLosses: verdict.needlessLosses,
    moves: verdict.moves,
  };
}

export function spread(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1), n: sorted.length };
}

/** For people. */
export function table(summary: Summary, verdict: Verdict, beganAt: number): string {
  const { failover, failoverBy, handover } = summary;
  const counts = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join('  ') || 'none';
  const rows: [string, string][] = [
    ['arbiter', `${summary.arbiter}, ${summary.replicas} replicas, seed ${summary.seed}, ${summary.minutes} min`],
    [`${summary.faults} faults`, counts(summary.faultsBy)],
    [
      `${summary.dueRuns} due runs`,
      `missed ${summary.missed}  duplicated ${summary.duplicates}  interrupted ${summary.interrupted}`,
    ],
    ['not run', `coalesced ${summary.coalesced}  in trouble ${summary.excused}`],
    ['failover', spreadText(failover)],
    ...Object.entries(failoverBy).map(([kind, times]): [string, string] => [`  ${kind}`, spreadText(times)]),
    ['graceful stop', spreadText(handover)],
    ['moves', counts(summary.moves)],
    ['lost needlessly', String(summary.needlessLosses)],
    ['stale effects', `accepted ${summary.violations['I2'] ?? 0}  refused ${summary.refused}`],
    ['violations', counts(summary.violations)],
  ];
  const lines = rows.map(([name, text]) => `${name.padEnd(16)} ${text}`);
  const told = verdict.violations.map(
    ({ invariant, at, text }) => `${invariant} after ${((at - beganAt) / 1_000).toFixed(3)} s: ${text}`,
  );
  return [...lines, ...told].join('\n');
}

function spreadText({ p50, p99, max, n }: Spread): string {
  return n === 0 ? 'not measured' : `p50 ${p50} ms  p99 ${p99} ms  max ${max} ms  (${n})`;
}
