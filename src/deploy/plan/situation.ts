import type { Pattern } from '../status.ts';
import type { Inside, InsideArtifact } from './inside.ts';
import type { PlannedArtifact, PlanOptions, StartTimes } from './plan.ts';
import { assumedStart } from './timings.ts';

/** Every fact the decisions look at, gathered once. */
export interface Situation {
  readonly options: PlanOptions;
  /** Artifacts that can be deployed, in the project's order. */
  readonly sound: readonly InsideArtifact[];
  readonly faulty: readonly InsideArtifact[];
  readonly stateful: readonly InsideArtifact[];
  readonly stateless: readonly InsideArtifact[];
  readonly start: StartTimes;
}

export function gather({ artifacts }: Inside, options: PlanOptions): Situation {
  const sound = artifacts.filter((a) => !a.faulty);
  return {
    options,
    sound,
    faulty: artifacts.filter((a) => a.faulty),
    stateful: sound.filter((a) => a.stateful),
    stateless: sound.filter((a) => !a.stateful),
    start: options.measured
      ? { startupMs: options.measured.startupMs, deployMs: options.measured.deployMs, source: 'measured' }
      : { ...assumedStart, source: 'assumed' },
  };
}

export function describeArtifact(artifact: InsideArtifact, group: string): PlannedArtifact {
  const { key, kind, name, file, stateful, reason, faulty, placement } = artifact;
  const asks = stateful && Object.keys(placement).length > 0 ? { placement } : {};
  return { key, kind, name, file, stateful, reason, group, faulty, ...asks };
}

/** A reason within a longer sentence: "An API answers ..." -> "an API answers ...". */
export function within(reason: string): string {
  const text = reason.replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(text) || /^An? /.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}

/** "1 replica", "3 replicas". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and 3 more". */
export function listed(words: readonly string[], most = 4): string {
  if (words.length <= 1) return words.join('');
  if (words.length > most) return `${words.slice(0, most - 1).join(', ')} and ${words.length - most + 1} more`;
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

export const patterns: readonly Pattern[] = ['single', 'replicated', 'coordinated', 'isolated'];
