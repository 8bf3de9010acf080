import type { Standing } from '../../engine/ports.ts';
import type { Logger } from '../../log.ts';

/** How one artifact is doing here. */
export interface ArtifactStanding {
  /** "inboundEndpoint/orders". */
  readonly artifact: string;
  readonly state: 'running' | 'waiting';
  /** Why it waits. */
  readonly reason: string | undefined;
  /** Milliseconds since 1970: since when it is so. */
  readonly since: number;
}

/** What works and what waits on this replica, for health, metrics and status. */
export class Standings {
  readonly #all = new Map<string, ArtifactStanding>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get all(): readonly ArtifactStanding[] {
    return [...this.#all.values()];
  }

  /** "inboundEndpoint/orders waits: ..." for each that does. */
  get reasons(): readonly string[] {
    return this.all.filter((one) => one.state === 'waiting').map((one) => `${one.artifact} waits: ${one.reason}`);
  }

  of(artifact: string, log: Logger): Standing {
    return {
      running: () => this.#set(artifact, 'running', undefined, log),
      waiting: (reason) => this.#set(artifact, 'waiting', reason, log),
    };
  }

  /** It does not run here any more. */
  forget(artifact: string): void {
    this.#all.delete(artifact);
  }

  #set(artifact: string, state: ArtifactStanding['state'], reason: string | undefined, log: Logger): void {
    const was = this.#all.get(artifact);
    if (was?.state === state && was.reason === reason) return;
    this.#all.set(artifact, { artifact, state, reason, since: this.#now() });
    if (state === 'waiting') log.warn(`${artifact} waits: ${reason}`);
    else if (was?.state === 'waiting') log.info(`${artifact} runs again`);
  }
}
