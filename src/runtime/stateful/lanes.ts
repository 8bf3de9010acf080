import { laneKey } from '../../artifacts/lanes.ts';
import type { Singleton, Standing } from '../../engine/ports.ts';
import type { Consume } from '../../transports/index.ts';
import type { Standings } from './standings.ts';
import type { Logger } from '../../log.ts';

/** A singleton for each lane. Replicas hold as many of them each as they can; to people they are one artifact. */
export function lanesOf(artifact: string, count: number, standing: LaneStanding, run: Consume): readonly Singleton[] {
  return Array.from({ length: count }, (_, n): Singleton => {
    const number = n + 1;
    return {
      key: laneKey(artifact, number),
      apart: [artifact],
      async run(term) {
        try {
          await run(term, { number, of: count, standing: standing.of(number) });
        } finally {
          standing.forget(number);
        }
      },
    };
  });
}

/** How an artifact is doing here by those of its lanes that this replica holds: it waits while any of them does. */
export class LaneStanding {
  readonly #artifact: string;
  readonly #standings: Standings;
  readonly #whole: Standing;
  /** - begun: it has not said anything yet. */
  readonly #lanes = new Map<number, 'begun' | 'running' | { readonly waitsFor: string }>();

  constructor(artifact: string, standings: Standings, log: Logger) {
    this.#artifact = artifact;
    this.#standings = standings;
    this.#whole = standings.of(artifact, log);
  }

  of(lane: number): Standing {
    this.#lanes.set(lane, 'begun');
    return {
      running: () => this.#set(lane, 'running'),
      waiting: (reason) => this.#set(lane, { waitsFor: reason }),
    };
  }

  forget(lane: number): void {
    this.#lanes.delete(lane);
    if (this.#lanes.size === 0) this.#standings.forget(this.#artifact);
    else this.#tell();
  }

  #set(lane: number, state: 'running' | { readonly waitsFor: string }): void {
    this.#lanes.set(lane, state);
    this.#tell();
  }

  #tell(): void {
    const all = [...this.#lanes.values()];
    const waiting = all.find((one) => typeof one === 'object');
    if (waiting) this.#whole.waiting(waiting.waitsFor);
    else if (all.every((one) => one === 'running')) this.#whole.running();
  }
}
