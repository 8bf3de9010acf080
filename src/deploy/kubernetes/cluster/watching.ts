/**
 * A collection as it is and becomes:
 *
 *   list, in pages          everything, and the version it is of. Never from a cache, and always before a watch: old
 *                           etcds cannot tell where a watch without a beginning starts
 *   watch from that version one JSON object per line, until the server ends it after timeoutSeconds
 *     { type: ADDED | MODIFIED | DELETED, object }
 *     { type: BOOKMARK, object: { metadata: { resourceVersion } } }   nothing else up to there; about once a minute
 *     { type: ERROR, object: Status }                                 410 Gone: list again
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../clock.ts';
import { ApiError, type Asked, type Status } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { KubernetesObject, WatchEvent } from './cluster.ts';
import { linesOf } from './lines.ts';

export interface Collection {
  /** Everything there is, and the version it is of. */
  list(signal: AbortSignal): Promise<{ readonly objects: readonly KubernetesObject[]; readonly version: string }>;
  /** What follows on that version; the answer's body, unread. */
  watch(version: string, timeoutSeconds: number, signal: AbortSignal): Promise<IncomingMessage>;
  readonly asked: Asked;
}

export interface WatchTimes {
  /** Silent for that long, bookmarks included, a watch is dead. */
  readonly idleMs: number;
  /** Longest wait for a list, or for the beginning of a watch. */
  readonly answerMs: number;
  /** Shortest and longest pause after a failure; in between it doubles. */
  readonly pauseMs: readonly [number, number];
}

export const defaultWatchTimes: WatchTimes = { idleMs: 90_000, answerMs: 15_000, pauseMs: [250, 10_000] };

interface Line {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject & Status;
}

export class Watching {
  readonly #collection: Collection;
  readonly #onEvent: (event: WatchEvent) => void;
  readonly #clock: Clock;
  readonly #times: WatchTimes;
  readonly #random: () => number;
  /** Where the next watch begins; undefined: list first. */
  #version: string | undefined;

  constructor(
    collection: Collection,
    onEvent: (event: WatchEvent) => void,
    clock: Clock,
    times: WatchTimes = defaultWatchTimes,
    random: () => number = Math.random,
  ) {
    this.#collection = collection;
    this.#onEvent = onEvent;
    this.#clock = clock;
    this.#times = times;
    this.#random = random;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const [shortest, longest] = this.#times.pauseMs;
    let pause = shortest;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        await this.#watch(signal);
        pause = shortest;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.status === 410) this.#version = undefined;
        else this.#onEvent({ type: 'trouble', error: error instanceof Error ? error : new Error(String(error)) });
        // Not all at the same moment: everyone who watches lost their watch at once when a server went.
        await this.#clock.sleep(pause * (0.5 + this.#random()), signal).catch(() => undefined);
        pause = Math.min(longest, pause * 2);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { objects, version } = await this.#collection.list(signal);
    this.#onEvent({ type: 'listed', objects });
    this.#version = version;
  }

  /** Resolves when the server ended it in good order. */
  async #watch(outer: AbortSignal): Promise<void> {
    const watch = new AbortController();
    const signal = AbortSignal.any([outer, watch.signal]);
    const silent = (): void => watch.abort(new Error(`the watch of ${this.#collection.asked.resource.name} is silent`));
    let cancel = this.#clock.after(this.#times.answerMs, silent);
    const heard = (): void => {
      cancel();
      cancel = this.#clock.after(this.#times.idleMs, silent);
    };
    try {
      const seconds = 240 + Math.floor(this.#random() * 120);
      const body = await this.#collection.watch(this.#version!, seconds, signal);
      heard();
      for await (const line of linesOf(body)) {
        heard();
        this.#take(JSON.parse(line) as Line);
      }
    } finally {
      cancel();
      watch.abort();
    }
  }

  #take({ type, object }: Line): void {
    if (type === 'ERROR') throw new ApiError(this.#collection.asked, object.code ?? 0, object);
    this.#version = object.metadata.resourceVersion;
    if (type === 'BOOKMARK') return;
    this.#onEvent({ type: type === 'DELETED' ? 'gone' : 'put', object });
  }
}
