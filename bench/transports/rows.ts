/** What is printed of the rounds: a row for each figure, of all rounds together. */
import { summary, type Row } from '../report.ts';
import type { Backlog, Loss, Sharing, Speed } from './rounds.ts';

export function speedRows(rounds: readonly Speed[], target: number): readonly Row[] {
  return [
    row('taken by one replica', 'a second', rounds, ({ perSecond }) => perSecond, `at least ${target}`),
    row('taken by one replica', 'a CPU second', rounds, ({ perCpuSecond }) => perCpuSecond),
    row('its memory meanwhile', 'MiB', rounds, ({ residentMiB }) => residentMiB),
  ];
}

export function lossRows(what: string, rounds: readonly Loss[]): readonly Row[] {
  return [
    row(`${what}: lost`, 'messages', rounds, ({ lost }) => lost, '0'),
    row(`${what}: twice`, 'messages', rounds, ({ duplicates }) => duplicates),
    row(`${what}: twice, for who knows the key`, 'messages', rounds, ({ repeatedEffects }) => repeatedEffects, '0'),
  ];
}

export function sharingRows(rounds: readonly Sharing[]): readonly Row[] {
  const losses = rounds.map(({ loss }) => loss);
  return [
    row('three share: spread', '% of the mean', rounds, ({ spreadPercent }) => spreadPercent, 'at most 10'),
    row('one of three killed: until all came', 'ms', rounds, ({ takeoverMs }) => takeoverMs),
    ...lossRows('one of three killed', losses),
  ];
}

export function backlogRows(rounds: readonly Backlog[]): readonly Row[] {
  return [
    row('its memory after a tenth', 'MiB', rounds, ({ earlyMiB }) => earlyMiB),
    row('the most after that', 'MiB', rounds, ({ mostMiB }) => mostMiB, 'as after a tenth'),
    row('taken meanwhile', 'a second', rounds, ({ perSecond }) => perSecond),
  ];
}

function row<Round>(
  what: string,
  unit: string,
  rounds: readonly Round[],
  figure: (round: Round) => number,
  target?: string,
): Row {
  return { what, unit, ...summary(rounds.map(figure)), ...(target === undefined ? {} : { target }) };
}
