import { artifactKey, isFaulty, type Artifact, type Project } from '../../artifacts/model.ts';
import { placementOf, type Placement } from '../../artifacts/placement.ts';
import { classify } from '../../artifacts/stateful.ts';
import type { Pattern } from '../status.ts';
import type { PlannedArtifact, PlanOptions, StartTimes } from './plan.ts';
import { assumedStart } from './timings.ts';

/** Every fact the decisions look at, gathered once. */
export interface Situation {
  readonly project: Project;
  readonly options: PlanOptions;
  /** Artifacts that can be deployed, in the project's order. */
  readonly sound: readonly Classified[];
  readonly faulty: readonly Classified[];
  readonly stateful: readonly Classified[];
  readonly stateless: readonly Classified[];
  readonly start: StartTimes;
}

export interface Classified {
  readonly key: string;
  readonly artifact: Artifact;
  readonly stateful: boolean;
  readonly reason: string;
  /** What it asks of its holder. */
  readonly placement: Placement;
}

export function gather(project: Project, options: PlanOptions): Situation {
  const all = project.artifacts
    .filter((artifact) => artifact.kind !== 'unknown')
    .map((artifact): Classified => {
      const placement = placementOf(artifact, project);
      return { key: artifactKey(artifact), artifact, ...classify(artifact), placement };
    });
  const sound = all.filter((a) => !isFaulty(a.artifact));
  return {
    project,
    options,
    sound,
    faulty: all.filter((a) => isFaulty(a.artifact)),
    stateful: sound.filter((a) => a.stateful),
    stateless: sound.filter((a) => !a.stateful),
    start: options.measured
      ? { startupMs: options.measured.startupMs, deployMs: options.measured.deployMs, source: 'measured' }
      : { ...assumedStart, source: 'assumed' },
  };
}

export function describeArtifact(a: Classified, group: string, faulty: boolean): PlannedArtifact {
  const { kind, name, file } = a.artifact;
  const asks = a.stateful && Object.keys(a.placement).length > 0 ? { placement: a.placement } : {};
  return { key: a.key, kind, name, file, stateful: a.stateful, reason: a.reason, group, faulty, ...asks };
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
