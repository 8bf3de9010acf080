import { request as httpRequest } from 'node:http';
import type { Clock } from '../../../clock.ts';
import type { Upstream } from './upstream.ts';
import { decideSilence, watchTimings } from './watch.ts';

/** Whose silence is watched, and what is done about it. */
export interface Watched {
  readonly upstreams: readonly Upstream[];
  readonly clock: Clock;
  /** It gave no answer (true), or a sign of life (false). */
  setQuiet(upstream: Upstream, quiet: boolean): void;
}

/** Looks again and again at how long each replica has been silent; who is so for too long is asked at its health port. */
export class SilenceWatch {
  readonly #watched: Watched;
  readonly #health = new Map<Upstream, string>();
  readonly #asking = new Set<Upstream>();
  #looked: number;
  #cancel: () => void = () => {};

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#looked = watched.clock.monotonic();
  }

  /** One without a health port is never suspected. */
  add(upstream: Upstream, health: string): void {
    this.#health.set(upstream, health);
  }

  forget(upstream: Upstream): void {
    this.#health.delete(upstream);
  }

  start(): void {
    this.#look();
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { upstreams, clock } = this.#watched;
    const now = clock.monotonic();
    // If this process itself stood still, everyone seems silent: begin anew.
    const stoodStill = now - this.#looked > 3 * watchTimings.everyMs;
    this.#looked = now;
    for (const upstream of upstreams) {
      const url = this.#health.get(upstream);
      if (url === undefined || this.#asking.has(upstream)) continue;
      if (stoodStill && upstream.state === 'ready') upstream.lastSign = now;
      const silentMs = now - upstream.lastSign;
      const quiet = upstream.state === 'quiet';
      if (decideSilence({ silentMs, inFlight: upstream.inFlight.size, quiet }) === 'ask') void this.#ask(upstream, url);
    }
    this.#cancel = clock.after(watchTimings.everyMs, () => this.#look());
  }

  async #ask(upstream: Upstream, url: string): Promise<void> {
    const { clock } = this.#watched;
    this.#asking.add(upstream);
    const answered = await answers(url, watchTimings.answerMs);
    this.#asking.delete(upstream);
    if (answered) upstream.lastSign = clock.monotonic();
    // A byte may have come on another connection while the question was out.
    const silent = clock.monotonic() - upstream.lastSign >= watchTimings.answerMs;
    if (answered || silent) this.#watched.setQuiet(upstream, !answered);
  }
}

function answers(url: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const question = httpRequest(url, { agent: false, timeout: withinMs });
    const cancel = setTimeout(() => question.destroy(), withinMs);
    question.on('response', (answer) => {
      answer.resume();
      resolve(true);
    });
    question.on('error', () => resolve(false));
    question.on('close', () => {
      clearTimeout(cancel);
      resolve(false);
    });
    question.end();
  });
}
