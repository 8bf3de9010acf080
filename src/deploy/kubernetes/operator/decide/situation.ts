import type { KubernetesObject } from '../../cluster/cluster.ts';
import type { Revision } from '../revisions/revision.ts';
import { outcomeOf } from './choose-revision.ts';
import type { Course } from './course.ts';
import type { Facts, Stop } from './facts.ts';
import { troubleOf } from './pod-trouble.ts';
import { rolloutOf, type Rollout } from '../../cluster/deployment.ts';

/** Where an Integration stands, for its conditions and its status. */
export interface Situation {
  readonly facts: Facts;
  readonly stop: Stop | undefined;
  readonly running: Revision | undefined;
  readonly newest: Revision | undefined;
  /** POD 1; undefined until there is one. */
  readonly main: Rollout | undefined;
  readonly pods: { readonly ready: number; readonly wanted: number };
  /** - none: nothing was rolled out yet
   *  - rolling: not all pods are of the running revision, or not all serve
   *  - done: all are, and do
   *  - failed: it got no further within its time */
  readonly rollout: 'none' | 'rolling' | 'done' | 'failed';
  /** The running revision has served before: what is missing now was lost. */
  readonly servedBefore: boolean;
  /** What keeps pods from serving, as far as Kubernetes says. */
  readonly troubles: readonly string[];
}

export function situationOf(facts: Facts, course: Course, failure: Stop | undefined): Situation {
  const { running, newest, wanted } = course;
  const deployments = (wanted?.objects ?? []).filter(({ kind }) => kind === 'Deployment');
  const rollouts = deployments.map((object) => ({ object, seen: seenOf(object, facts) }));
  const settled = rollouts.map(({ object, seen }) => seen !== undefined && facts.agrees(object, seen));
  const far = rollouts.flatMap(({ seen }) => (seen === undefined ? [] : [rolloutOf(seen)]));
  const refused = far.flatMap(({ refused: why }) => why ?? []);
  const isSettled = settled.every(Boolean) && rollouts.length > 0;
  const done = isSettled && far.every((one) => one.done);
  const failed = far.some((one, i) => one.failed && (settled[i] ?? false));
  return {
    facts,
    stop: failure ?? course.stop,
    running,
    newest,
    main: far.find(({ name }) => name === facts.integration.metadata.name),
    pods: {
      ready: far.reduce((sum, one) => sum + Math.min(one.ready, one.wanted), 0),
      wanted: deployments.reduce((sum, object) => sum + wantedReplicas(object, facts), 0),
    },
    rollout: far.length === 0 ? 'none' : done ? 'done' : failed ? 'failed' : 'rolling',
    servedBefore: running !== undefined && outcomeOf(facts, running.number) === 'Served',
    troubles: [...refused, ...facts.pods.flatMap((pod) => troubleOf(pod) ?? [])].slice(0, 2),
  };
}

function seenOf({ kind, metadata }: KubernetesObject, { owned }: Facts): KubernetesObject | undefined {
  return owned.find((one) => one.kind === kind && one.metadata.name === metadata.name);
}

/** An autoscaler's choice where there is one. */
function wantedReplicas(object: KubernetesObject, facts: Facts): number {
  const said = (object.spec as { readonly replicas?: number }).replicas;
  const seen = seenOf(object, facts);
  return said ?? (seen === undefined ? 0 : rolloutOf(seen).wanted);
}
