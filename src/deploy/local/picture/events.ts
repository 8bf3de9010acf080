import type { Clock } from '../../../clock.ts';
import type { DeploymentEvent } from '../../status.ts';

export type EventListener = (event: DeploymentEvent) => void;

const kept = 500;

/** What happened, told to whoever listens; the newest are kept for those who come later. */
export class Events {
  readonly #clock: Clock;
  readonly #listeners: Set<EventListener> = new Set();
  readonly #recent: DeploymentEvent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get recent(): readonly DeploymentEvent[] {
    return this.#recent;
  }

  tell(event: Omit<DeploymentEvent, 'time'>): void {
    const told: DeploymentEvent = { time: this.#clock.wall(), ...event };
    this.#recent.push(told);
    if (this.#recent.length > kept) this.#recent.shift();
    for (const listener of this.#listeners) listener(told);
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
