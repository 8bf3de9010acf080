/**
 * A copy of one collection that says how old it is.
 *
 *   list                     everything, and the version it is of. Never from a cache, and always before a watch: old
 *                            etcds cannot tell where a watch without a beginning starts
 *   watch from that version  one JSON object per line
 *     { type: ADDED | MODIFIED | DELETED, object }
 *     { type: BOOKMARK, object: { metadata: { resourceVersion } } }   nothing else up to there; about once a minute
 *     { type: ERROR, object: Status }                                 410 Gone: list again
 *
 * A watch that is silent looks like one that is dead. Renewals of leases come several times a second where anyone is at
 * work, so there silence is suspicious soon; the assignment is silent for hours. Whoever asks for a fresh copy after
 * `freshMs` of silence makes the mirror ask what versions there are now: the same as here, or the watch is thrown away.
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import { withDeadline } from '../../deadline.ts';
import { ApiError, type Status } from './api-error.ts';
import type { ApiClient } from './client.ts';
import type { ObjectCopy } from './copy.ts';
import type { KubernetesObject, Resource } from './objects.ts';

export interface MirrorTimes {
  /** Silent for that long, the copy is no longer taken as fresh. */
  readonly freshMs: number;
  /** Longest wait for the answer that says whether it still is. */
  readonly probeMs: number;
  /** Longest wait for a list, or for the beginning of a watch. */
  readonly listMs: number;
  /** Silent for that long, bookmarks included, a watch is dead. */
  readonly idleMs: number;
  /** Shortest and longest pause after a failure; in between it doubles. */
  readonly pauseMs: readonly [number, number];
}

export const defaultMirrorTimes: MirrorTimes = {
  freshMs: 350,
  probeMs: 250,
  listMs: 2_000,
  idleMs: 90_000,
  pauseMs: [50, 500],
};

export interface MirrorOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: MirrorTimes;
  readonly resource: Resource;
  /** labelSelector or fieldSelector. */
  readonly selector: Readonly<Record<string, string>>;
  readonly copy: ObjectCopy;
  /** In [0, 1), as Math.random. */
  readonly random?: () => number;
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  /** Null when a list of metadata is empty. */
  readonly items: readonly KubernetesObject[] | null;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject & Status;
}

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #life = new AbortController();
  readonly #waiting = new Set<Waiting>();
  #loop: Promise<void> | undefined;
  /** Where the next watch begins; undefined: list first. */
  #version: string | undefined;
  /** When the copy was last known to be what the API server has, own monotonic milliseconds. */
  #freshAt = -Infinity;
  #probing = false;
  /** Ends the present watch. */
  #endWatch: ((reason: string) => void) | undefined;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Resolves when the copy is fresh; rejects when that cannot be known, or with the signal. */
  async fresh(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#life.signal.throwIfAborted();
    this.start();
    const { clock, times } = this.#options;
    if (clock.monotonic() - this.#freshAt <= times.freshMs) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { resolve, reject };
    const onAbort = (): void => reject(signal.reason);
    this.#waiting.add(waiting);
    signal.addEventListener('abort', onAbort, { once: true });
    if (this.#version !== undefined && !this.#probing) void this.#probe();
    try {
      await promise;
    } finally {
      this.#waiting.delete(waiting);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Lists now, whatever the watch says. */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.#list(signal);
  }

  async close(): Promise<void> {
    this.#life.abort(new Error('the arbiter was closed'));
    this.#failed(this.#life.signal.reason);
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, times, log, resource } = this.#options;
    const { signal } = this.#life;
    const random = this.#options.random ?? Math.random;
    const [shortest, longest] = times.pauseMs;
    let pauseMs = 0;
    while (!signal.aborted) {
      const begunAt = clock.monotonic();
      try {
        if (this.#version === undefined) await withDeadline(clock, times.listMs, signal, (inner) => this.#list(inner));
        await this.#watch(this.#version!);
      } catch (error) {
        if (signal.aborted) return;
        log.debug(`WATCH of ${resource.name} begins anew: ${error instanceof Error ? error.message : String(error)}`);
        // There is nothing to wait for when even the list failed; else the next list tells.
        if (this.#version === undefined) this.#failed(error);
        this.#version = undefined;
      }
      // A watch that ran for a while may begin anew at once; what fails again and again may not.
      pauseMs = clock.monotonic() - begunAt > longest ? shortest : Math.min(longest, Math.max(shortest, pauseMs * 2));
      await clock.sleep(pauseMs * (0.5 + random()), signal).catch(() => {});
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, selector, copy, clock } = this.#options;
    const sentAt = clock.monotonic();
    const { items, metadata } = await client.json<List>({ verb: 'list', resource, query: selector, signal });
    copy.replace(items ?? [], metadata.resourceVersion);
    // A watch that runs already goes on from where it is.
    this.#version ??= metadata.resourceVersion;
    this.#isFresh(sentAt);
  }

  /** Resolves when the next one can begin where this one ended. */
  async #watch(from: string): Promise<void> {
    const { client, clock, resource, selector, times } = this.#options;
    const random = this.#options.random ?? Math.random;
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, this.#life.signal]);
    let cancel = (): void => {};
    const within = (ms: number, what: string): void => {
      cancel();
      cancel = clock.after(ms, () => own.abort(new Error(what)));
    };
    this.#endWatch = (reason) => own.abort(new Error(reason));
    try {
      within(times.listMs, `it did not begin within ${times.listMs} ms`);
      const query = {
        ...selector,
        watch: '1',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        timeoutSeconds: String(Math.round(240 + 120 * random())),
      };
      const response = await client.stream({ verb: 'watch', resource, query, signal });
      await this.#follow(response, () => within(times.idleMs, `it was silent for ${times.idleMs} ms`));
    } finally {
      cancel();
      this.#endWatch = undefined;
    }
  }

  async #follow(response: IncomingMessage, heard: () => void): Promise<void> {
    heard();
    response.setEncoding('utf8');
    let pieces: string[] = [];
    for await (const chunk of response as AsyncIterable<string>) {
      heard();
      const lines = chunk.split('\n');
      for (const [index, line] of lines.entries()) {
        pieces.push(line);
        if (index === lines.length - 1) break;
        const text = pieces.join('');
        pieces = [];
        if (text !== '') this.#note(JSON.parse(text) as WatchEvent);
      }
      this.#isFresh(this.#options.clock.monotonic());
    }
  }

  #note({ type, object }: WatchEvent): void {
    const { copy, client, resource } = this.#options;
    if (type === 'ERROR')
      throw new ApiError({ verb: 'watch', resource, namespace: client.namespace }, object.code ?? 0, object);
    if (type === 'DELETED') copy.deleted(object);
    else if (type !== 'BOOKMARK') copy.put(object);
    this.#version = object.metadata.resourceVersion ?? this.#version;
    copy.reached(this.#version);
  }

  /** Asks what versions there are; the API server answers that from its memory. */
  async #probe(): Promise<void> {
    const { client, clock, resource, selector, times, copy } = this.#options;
    this.#probing = true;
    const sentAt = clock.monotonic();
    try {
      const { items } = await withDeadline(clock, times.probeMs, this.#life.signal, (signal) =>
        client.json<List>({
          verb: 'list',
          resource,
          query: { ...selector, resourceVersion: '0' },
          metadataOnly: true,
          signal,
        }),
      );
      if (copy.agrees(items ?? [])) this.#isFresh(sentAt);
      else if (this.#freshAt < sentAt) {
        this.#endWatch?.('it is behind');
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#probing = false;
    }
  }

  #isFresh(at: number): void {
    this.#freshAt = Math.max(this.#freshAt, at);
    for (const { resolve } of this.#waiting) resolve();
  }

  #failed(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error);
  }
}
