import { askReplica } from '../pods/ask-replica.ts';
import type { Pod } from '../pods/pod.ts';

/** One run of a task that has ended, as its replica remembers it. Times in milliseconds since 1970. */
export interface TaskRun {
  readonly pod: string;
  /** "task/nightly". */
  readonly artifact: string;
  readonly dueAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly token: number;
  /** Asked for by a person, out of turn. */
  readonly asked: boolean;
  readonly fault?: string;
}

/** Asks each replica that is ready. Newest first. */
export async function taskRuns(pods: readonly Pod[]): Promise<readonly TaskRun[]> {
  const answers = await Promise.all(
    pods.map(async (pod) => {
      const text = await askReplica(pod, '/runs');
      const { runs } = JSON.parse(text ?? '{"runs":[]}') as { readonly runs: readonly Omit<TaskRun, 'pod'>[] };
      return runs.map((run) => ({ pod: pod.plan.pod, ...run }));
    }),
  );
  return answers.flat().toSorted((a, b) => b.startedAt - a.startedAt);
}
