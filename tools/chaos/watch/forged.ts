/** Histories made up for tests of the checks: a healthy one, and what can be put into it. */
import type { Fault } from '../faults/fault.ts';
import { emptyHistory, type FaultDone, type History } from '../history.ts';
import type { ProjectTask } from '../project.ts';

export const tick: ProjectTask = { key: 'task/tick', kind: 'tick', everyMs: 1_000 };
export const cron: ProjectTask = { key: 'task/cron', kind: 'cron', everyMs: 2_000 };

/** Wall and monotonic clock are the same here. */
export class Forged {
  readonly history: History;

  /** Replicas a, b and c have been ready since the beginning, 0; the history ends at that time. */
  constructor(endedAt: number, tasks: readonly ProjectTask[] = [tick]) {
    this.history = emptyHistory(tasks, 0);
    this.history.endedAt = endedAt;
    for (const id of ['a', 'b', 'c']) {
      this.history.processes.push({ id, pod: `pod-${id}`, startedAt: -1_000, readyAt: -500 });
      this.history.boots.push({ process: id, boot: `pod-${id}.1` });
    }
  }

  ends(process: string, at: number, unexpected?: string): this {
    const life = this.history.processes.find(({ id }) => id === process)!;
    life.endedAt = at;
    if (unexpected !== undefined) life.unexpected = unexpected;
    return this;
  }

  fault(fault: Fault, hit: FaultDone['hit'], from: number, to: number = from): this {
    this.history.faults.push({ fault, how: 'alone', from, to, hit });
    return this;
  }

  /** It holds the task between these times. */
  holds(process: string, token: number, from: number, to?: number, how: 'released' | 'lost' = 'lost'): this {
    const term = { process, artifact: tick.key, token };
    this.history.terms.push({ ...term, at: from, state: 'acquired' });
    if (to !== undefined) this.history.terms.push({ ...term, at: to, state: how });
    return this;
  }

  /** It says that the run began, and its effect arrives and takes a moment. */
  runs(process: string, token: number, ...dues: readonly number[]): this {
    for (const due of dues) {
      this.claims(process, token, due, due + 5);
      this.effect(process, token, due, due + 10);
    }
    return this;
  }

  claims(process: string, token: number, due: number, at: number): this {
    this.history.runs.push({ at, process, artifact: tick.key, token, due });
    return this;
  }

  effect(process: string, token: number, due: number, arrivedAt: number, accepted = true, tookMs = 5): this {
    const doneAt = arrivedAt + tookMs;
    this.history.effects.push({ process, artifact: tick.key, due, token, arrivedAt, doneAt, accepted });
    return this;
  }

  placed(from: string, to: string, token: number, seenAt: number, by: 'failover' | 'move' = 'failover'): this {
    this.history.placements.push({ seenAt, artifact: tick.key, token, from, to, by, reason: 'as the test says' });
    return this;
  }

  calm(at: number): this {
    this.history.calms.push(at);
    return this;
  }
}
