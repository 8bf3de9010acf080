import type { Clock } from '../../clock.ts';
import type { Holding } from './protocol.ts';
import type { Events } from './events.ts';

interface Held {
  readonly pod: string;
  /** The process, by pid: during a rolling update two processes go by one pod name. */
  readonly pid: number;
  readonly token: number;
}

/**
 * Which replica holds which stateful artifact, as the replicas report it. Only for people: who may act is decided by
 * the arbiter and checked by the holders themselves.
 */
export class Holders {
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #held: Map<string, Held> = new Map();
  /** Since when nobody holds it, by the monotonic clock, and how that came. */
  readonly #free: Map<string, { readonly since: number; readonly how: 'lost' | 'released' }> = new Map();

  constructor(clock: Clock, events: Events) {
    this.#clock = clock;
    this.#events = events;
  }

  of(artifact: string): { readonly pod: string; readonly token: number } | undefined {
    return this.#held.get(artifact);
  }

  acquired(artifact: string, token: number, pod: string, pid: number): void {
    const before = this.#held.get(artifact);
    if (before !== undefined && before.token >= token) return;
    this.#held.set(artifact, { pod, pid, token });
    const free = this.#free.get(artifact);
    this.#free.delete(artifact);
    const tookMs = free === undefined ? undefined : Math.round(this.#clock.monotonic() - free.since);
    const after = tookMs === undefined ? '' : `, ${tookMs} ms after it was ${free?.how ?? ''}`;
    this.#events.tell({
      type: 'artifact-acquired',
      artifact,
      pod,
      text: `${artifact} runs on ${pod} (token ${token}${after})`,
      ...(tookMs === undefined ? {} : { tookMs }),
    });
  }

  ended(artifact: string, pid: number, how: 'lost' | 'released'): void {
    const held = this.#held.get(artifact);
    if (held?.pid !== pid) return;
    this.#held.delete(artifact);
    this.#free.set(artifact, { since: this.#clock.monotonic(), how });
    this.#events.tell({
      type: 'artifact-released',
      artifact,
      pod: held.pod,
      text: `${artifact} ${how} by ${held.pod}`,
    });
  }

  /** A heartbeat lists what the process holds: the truth, should a message have been missed. */
  reconcile(pod: string, pid: number, holding: readonly Holding[]): void {
    for (const { artifact, token } of holding) this.acquired(artifact, token, pod, pid);
    for (const [artifact, held] of this.#held) {
      if (held.pid === pid && !holding.some((one) => one.artifact === artifact)) this.ended(artifact, pid, 'lost');
    }
  }

  /** The process has ended; everything it held is free from this moment. */
  processEnded(pid: number): void {
    for (const [artifact, held] of this.#held) if (held.pid === pid) this.ended(artifact, pid, 'lost');
  }
}
