/** What a plan refuses: whatever would run a stateful artifact twice, or cannot be had at all. */
import type { Problem } from '../../errors.ts';
import type { Pattern } from '../status.ts';
import { error } from './problems.ts';
import { count, listed, within, type Situation } from './situation.ts';

export interface Request {
  readonly pattern: Pattern;
  readonly replicas: number;
  readonly nodes: number;
}

type Refusal = (situation: Situation, request: Request) => readonly Problem[];

/** More is surely a slip of the finger. */
const most = 500;

const badCounts: Refusal = (_s, { replicas, nodes }) => {
  const counts = [
    ['--replicas', replicas],
    ['--nodes', nodes],
  ] as const;
  return counts
    .filter(([, n]) => !Number.isInteger(n) || n < 1 || n > most)
    .map(([option, n]) => error('BAD_NUMBER', option, `${n} cannot be.`, `Give a whole number from 1 to ${most}.`));
};

const singleTwice: Refusal = (_s, { pattern, replicas }) =>
  pattern === 'single' && replicas > 1
    ? [
        error(
          'SINGLE_IS_ONE',
          '--replicas',
          `Pattern single is one pod, and ${replicas} replicas were asked for.`,
          'Leave --pattern out, and the artifacts decide between replicated and coordinated.',
        ),
      ]
    : [];

const statefulTwice: Refusal = ({ stateful }, { pattern, replicas }) =>
  pattern === 'replicated' && replicas > 1
    ? stateful.map((a) =>
        error(
          'RUNS_TWICE',
          a.at,
          `${a.key} would run ${replicas} times, once in each replica: ${within(a.reason)}.`,
          '--pattern coordinated lets one replica run it at a time; --pattern isolated gives it a pod of its own.',
          a.key,
        ),
      )
    : [];

const isolateElsewhere: Refusal = ({ options: { isolate } }, { pattern }) => {
  const groups = Object.keys(isolate ?? {});
  return groups.length > 0 && pattern !== 'isolated'
    ? [
        error(
          'ISOLATE_NEEDS_PATTERN',
          '--isolate',
          `Pattern ${pattern} has no pods apart for ${listed(groups)}.`,
          'Use --pattern isolated, or leave --pattern out.',
        ),
      ]
    : [];
};

const refusals: readonly Refusal[] = [badCounts, singleTwice, statefulTwice, isolateElsewhere];

export function refuse(situation: Situation, request: Request): Problem[] {
  return refusals.flatMap((refusal) => refusal(situation, request));
}

/** Why a pattern that was not chosen is not to be had for these artifacts; one line for the tables. */
export function whyNot({ stateful }: Situation, pattern: Pattern): string | undefined {
  return pattern === 'replicated' && stateful.length > 0
    ? `would run ${count(stateful.length, 'stateful artifact')} in every replica`
    : undefined;
}
