import type { RunEnded } from '../../transports/timer/task.ts';

/** One run of a task that has ended. Times in milliseconds since 1970. */
export interface RunRecord extends RunEnded {
  /** "task/nightly". */
  readonly artifact: string;
}

const keptPerTask = 100;

/** The last runs of each task on this replica. They go with it: what lasts is the count, in the metrics of whoever keeps them. */
export class RunLog {
  readonly #byTask = new Map<string, RunRecord[]>();

  note(run: RunRecord): void {
    const runs = this.#byTask.get(run.artifact) ?? [];
    this.#byTask.set(run.artifact, runs);
    runs.push(run);
    if (runs.length > keptPerTask) runs.shift();
  }

  /** Newest first. */
  get all(): readonly RunRecord[] {
    return [...this.#byTask.values()].flat().toSorted((a, b) => b.startedAt - a.startedAt);
  }
}
