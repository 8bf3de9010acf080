import type { Clock } from '../clock.ts';
import { settledWithin } from './deadline.ts';
import type { OfferedArtifact } from './records.ts';
import { HeldTerm, type Term, type TermSource } from './term.ts';

/** Something one member at a time runs. The engine's port `Singleton` fits. */
export interface Runnable extends OfferedArtifact {
  /** "task/nightly". */
  readonly key: string;
  /** Runs until the term's signal aborts; resolves when everything in hand is finished or put back. */
  run(term: Term): Promise<void>;
  /** Does its work once, out of turn, beside a run that goes on; resolves when that is done. */
  runNow?(term: Term): Promise<void>;
}

export interface HoldingOptions {
  readonly runnable: Runnable;
  readonly token: number;
  readonly clock: Clock;
  readonly source: TermSource;
  /** The same artifact's earlier run in this process, when it has not ended yet. */
  readonly after: Promise<unknown> | undefined;
  readonly onFailure: (error: unknown, retryInMs: number) => void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/** One artifact held by this process: its term, and its run for as long as the term lasts. */
export class Holding {
  readonly artifact: string;
  readonly term: HeldTerm;
  /** Settles when the artifact has stopped; never rejects. */
  readonly stopped: Promise<void>;
  /**
   * - running: its run goes on
   * - leaving: asked to stop, so that it can be given away
   * - over: the term has ended
   */
  #state: 'running' | 'leaving' | 'over' = 'running';

  constructor(options: HoldingOptions) {
    this.artifact = options.runnable.key;
    this.term = new HeldTerm(this.artifact, options.token, options.source);
    this.stopped = this.#live(options);
  }

  get state(): 'running' | 'leaving' | 'over' {
    return this.#state;
  }

  /** Asks the artifact to stop and ends its term when it has, or after `limitMs`: before anyone else may begin. */
  async leave(clock: Clock, limitMs: number): Promise<void> {
    if (this.#state === 'running') this.#state = 'leaving';
    this.term.handOver();
    await settledWithin(clock, limitMs, this.stopped);
    this.end();
  }

  end(): void {
    this.#state = 'over';
    this.term.end();
  }

  /** A run that fails is tried again here: moving it would move the failure. */
  async #live({ runnable, clock, after, onFailure }: HoldingOptions): Promise<void> {
    const { term } = this;
    await after;
    for (let retryMs = firstRetryMs; !term.signal.aborted; retryMs = Math.min(2 * retryMs, longestRetryMs)) {
      try {
        await runnable.run(term);
        if (!term.signal.aborted) await aborted(term.signal);
        return;
      } catch (error) {
        if (term.signal.aborted) return;
        onFailure(error, retryMs);
        await clock.sleep(retryMs, term.signal).catch(() => {});
      }
    }
  }
}

/** What has nothing more to do keeps its term: were it given up, another member would take it and find the same. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
