import type { DeploymentEvent } from '../../../deploy/status.ts';

/** What comes together is told together; nobody notices the wait. */
const togetherMs = 60;
/** So many are still told one by one. */
const few = 3;

/**
 * Makes few lines of what happens to many artifacts at once: a pod that is lost with twenty artifacts is one line for
 * their loss and one for each pod that took them over. Everything else passes at once.
 */
export class Fold {
  readonly #show: (event: Pick<DeploymentEvent, 'time' | 'type' | 'text'>) => void;
  #waiting: DeploymentEvent[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(show: (event: Pick<DeploymentEvent, 'time' | 'type' | 'text'>) => void) {
    this.#show = show;
  }

  add(event: DeploymentEvent): void {
    if (event.type !== 'artifact-acquired' && event.type !== 'artifact-released') return this.#show(event);
    this.#waiting.push(event);
    this.#timer ??= setTimeout(() => this.flush(), togetherMs);
  }

  /** Tells what still waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const alike = Map.groupBy(this.#waiting, ({ type, pod, by }) => `${type} ${pod} ${by}`);
    this.#waiting = [];
    for (const events of alike.values()) {
      if (events.length <= few) events.forEach(this.#show);
      else this.#show({ ...events[0]!, text: folded(events) });
    }
  }
}

function folded(events: readonly DeploymentEvent[]): string {
  const [{ type, pod, by }] = events as [DeploymentEvent];
  const names = events.slice(0, few - 1).map(({ artifact }) => artifact);
  const which = `${names.join(', ')} and ${events.length - names.length} more`;
  if (type === 'artifact-released') return `${events.length} artifacts have left ${pod}: ${which}`;
  const gaps = events.flatMap(({ tookMs }) => tookMs ?? []);
  const after = gaps.length === 0 ? '' : `, at most ${Math.max(...gaps)} ms without a holder`;
  return `${events.length} artifacts run on ${pod} (${by ?? 'reported'}${after}): ${which}`;
}
