import { wholeOf } from '../../../artifacts/lanes.ts';
import type { Clock } from '../../../clock.ts';
import type { HeldTerm } from '../../status.ts';
import type { Events } from './events.ts';
import type { Holding, ToParent } from '../protocol.ts';
import { Terms } from './terms.ts';

type TermMessage = Omit<Extract<ToParent, { type: 'term' }>, 'to' | 'type' | 'state'>;

interface Held {
  readonly term: HeldTerm;
  /** The process, by pid: during a rolling update two processes go by one pod name. */
  readonly pid: number;
}

/**
 * Which replica holds which stateful artifact, as the replicas report it. Only for people: who may act is decided by
 * the arbiter and checked by the holders themselves.
 *
 * Each replica has a channel of its own, so the new holder's word may come before the old one's. An end that must have
 * been is told before the beginning that shows it.
 */
export class Holders {
  readonly terms: Terms = new Terms();
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #held: Map<string, Held> = new Map();
  /** How what nobody holds came free. */
  readonly #free: Map<string, 'lost' | 'released'> = new Map();

  constructor(clock: Clock, events: Events) {
    this.#clock = clock;
    this.#events = events;
  }

  of(artifact: string): HeldTerm | undefined {
    return this.#held.get(artifact)?.term;
  }

  /** How many lanes of the artifact each pod holds; undefined where it has none. */
  lanesOf(artifact: string): Readonly<Record<string, number>> | undefined {
    const lanes = [...this.#held].filter(([key]) => key !== artifact && wholeOf(key) === artifact);
    if (lanes.length === 0) return undefined;
    const pods = Map.groupBy(lanes, ([, { term }]) => term.pod);
    return Object.fromEntries([...pods.keys()].toSorted().map((pod) => [pod, pods.get(pod)!.length]));
  }

  acquired({ artifact, token, at, by, reason }: TermMessage, pod: string, pid: number): void {
    const before = this.#held.get(artifact);
    if (before !== undefined && before.term.token >= token) return;
    if (before !== undefined) this.#end(before, 'replaced', at, reason);
    const term = this.terms.begin({ artifact, token, pod, from: at, by, reason });
    this.#held.set(artifact, { term, pid });
    const { gapMs } = term;
    const after = gapMs === undefined ? '' : `, ${gapMs} ms after it was ${this.#free.get(artifact) ?? 'released'}`;
    this.#free.delete(artifact);
    this.#events.tell({
      type: 'artifact-acquired',
      artifact,
      pod,
      text: `${artifact} runs on ${pod} (token ${token}${after}): ${reason}`,
      token,
      reason,
      ...(by !== undefined && { by }),
      ...(gapMs !== undefined && { tookMs: gapMs }),
    });
  }

  ended({ artifact, token, at, reason }: TermMessage, pid: number, how: 'lost' | 'released'): void {
    const held = this.#held.get(artifact);
    if (held?.pid === pid && held.term.token === token) this.#end(held, how, at, reason);
    else this.terms.end(artifact, token, at, how, reason);
  }

  /** A heartbeat lists what the process holds: the truth, should a message have been missed. */
  reconcile(pod: string, pid: number, holding: readonly Holding[]): void {
    const now = this.#clock.wall();
    for (const { artifact, token, by, reason = 'as its heartbeat says', since } of holding) {
      const at = Math.min(since ?? now, now);
      this.acquired({ artifact, token, at, reason, ...(by !== undefined && { by }) }, pod, pid);
    }
    for (const [artifact, held] of this.#held) {
      if (held.pid === pid && !holding.some((one) => one.artifact === artifact))
        this.#end(held, 'lost', now, 'its heartbeat does not list it any more');
    }
  }

  /** The process has ended; everything it held is free from this moment. */
  processEnded(pid: number, reason: string): void {
    for (const held of this.#held.values()) if (held.pid === pid) this.#end(held, 'lost', this.#clock.wall(), reason);
  }

  #end({ term }: Held, how: 'lost' | 'released' | 'replaced', at: number, reason: string): void {
    const { artifact, pod, token } = term;
    this.#held.delete(artifact);
    if (how !== 'replaced') this.#free.set(artifact, how);
    this.terms.end(artifact, token, at, how, reason);
    const text =
      how === 'replaced'
        ? `${artifact} is held by ${pod} no more: ${reason}`
        : `${artifact} ${how} by ${pod}: ${reason}`;
    this.#events.tell({ type: 'artifact-released', artifact, pod, text, token, reason });
  }
}
