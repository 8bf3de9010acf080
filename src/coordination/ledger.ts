import type { Clock } from '../clock.ts';
import type { Arbiter, Snapshot, Version, Versioned } from './arbiter.ts';
import { withDeadline } from './deadline.ts';
import { assign, offersOf, type Answer, type AssignFacts, type Request } from './decide/assign.ts';
import { hasOrphans } from './decide/orphans.ts';
import { newAssignment, type Assignment } from './records.ts';
import type { Timings } from './timings.ts';

interface Waiting {
  readonly request: Request;
  readonly settle: (answer: Answer) => void;
}

/** What a write is made from, besides the copy and what waits. */
export type WriteFacts = Omit<AssignFacts, 'assignment' | 'requests'>;

/** How a write ended; `unknown` when nobody heard the answer. */
export type WriteOutcome = 'unchanged' | 'written' | 'conflict' | 'unknown';

/**
 * This member's copy of the assignment and everything it wants changed in it. One reader and writer, so that what was
 * read is never older than what was written; all requests that wait go into one write.
 */
export class Ledger {
  readonly #arbiter: Arbiter;
  readonly #clock: Clock;
  readonly #timings: Timings;
  #copy: Versioned<Assignment> | undefined;
  #since = 0;
  #waiting: Waiting[] = [];
  /** A write's answer was lost, so the copy may be old. */
  #doubtful = false;
  /**
   * Writes of unknown outcome: the version they would replace, and what they let go of. While that version stands they
   * may yet be accepted, so what they let go of must not start again under its old token; the next write over that
   * version, whatever it says, makes them void.
   */
  #floating: { readonly over: Version; readonly released: Set<string> } | undefined;

  constructor(arbiter: Arbiter, clock: Clock, timings: Timings) {
    this.#arbiter = arbiter;
    this.#clock = clock;
    this.#timings = timings;
  }

  get copy(): Versioned<Assignment> | undefined {
    return this.#copy;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether a write may be tried without reading first. */
  get trusted(): boolean {
    return this.#copy !== undefined && !this.#doubtful;
  }

  /** Whether a write may yet be accepted that lets go of the artifact, or of any. */
  isFloating(artifact?: string): boolean {
    if (this.#floating === undefined || this.#floating.over !== this.#copy?.version) return false;
    return artifact === undefined || this.#floating.released.has(artifact);
  }

  /** Nothing may be placed until an object of unknown past was seen for as long as the longest lease. */
  get quietUntil(): number {
    return this.#since + (this.#copy?.value.quietMs ?? 0);
  }

  /** Looks at an object of unknown past from the beginning: somebody who may still act has gone out of sight. */
  restartQuiet(): void {
    if (this.#copy && this.#copy.value.quietMs > 0) this.#since = this.#clock.monotonic();
  }

  /** The answer comes with a later write: true or 'done' means that it is so. */
  ask(request: Request, settle: (answer: Answer) => void): void {
    this.#waiting.push({ request, settle });
  }

  /** Whether something of that kind is asked for already. */
  isAsked(kind: Request['kind'], artifact: string): boolean {
    return this.#waiting.some(({ request }) => request.kind === kind && request.artifact === artifact);
  }

  /** Refuses what still waits for this term. */
  drop(artifact: string, token: number, reason: string): void {
    const isOf = ({ request }: Waiting): boolean =>
      request.kind === 'release' && request.artifact === artifact && request.token === token;
    const dropped = this.#waiting.filter(isOf);
    this.#waiting = this.#waiting.filter((waiting) => !isOf(waiting));
    for (const { settle } of dropped) settle({ refused: reason });
  }

  /** Reads everything; makes the assignment when there is none. Rejects when the arbiter does not answer. */
  async read(boot: string, signal: AbortSignal): Promise<Snapshot> {
    const { requestMs, leaseMs } = this.#timings;
    const known = this.#copy?.version;
    const call = <T>(ask: (inner: AbortSignal) => Promise<T>): Promise<T> =>
      withDeadline(this.#clock, requestMs, signal, ask);
    const snapshot = await call((inner) => this.#arbiter.snapshot({ signal: inner, known }));
    if (snapshot.assignment === undefined) {
      const made = newAssignment(boot, this.#clock.wall(), leaseMs);
      const version = await call((inner) => this.#arbiter.swap('assignment', made, undefined, inner));
      this.#adopt(version === undefined ? undefined : { value: made, version });
    } else if (snapshot.assignment !== 'same') {
      const { value } = snapshot.assignment;
      const isOlder = value.origin === this.#copy?.value.origin && value.epoch < this.#copy.value.epoch;
      // A copy that went back in time is no news; only the arbiter itself can say that it was put back to an older state.
      this.#adopt(isOlder ? await call((inner) => this.#arbiter.read('assignment', inner)) : snapshot.assignment);
    }
    this.#doubtful = false;
    return snapshot;
  }

  /** Whether something has no holder and could have one. */
  hasOrphans(facts: WriteFacts): boolean {
    const assignment = this.#copy!.value;
    return hasOrphans({ ...facts, assignment }, offersOf({ ...facts, assignment }));
  }

  /** One compare-and-swap with everything that is to change. */
  async write(facts: WriteFacts, signal: AbortSignal): Promise<WriteOutcome> {
    const { value, version } = this.#copy!;
    const asked = this.#waiting.slice();
    const decision = assign({ ...facts, assignment: value, requests: asked.map(({ request }) => request) });
    if (!decision.assignment && !this.isFloating()) {
      this.#answer(asked, decision.answers);
      return 'unchanged';
    }
    const next = decision.assignment ?? { ...value, epoch: value.epoch + 1 };
    let written: string | undefined;
    try {
      written = await withDeadline(this.#clock, this.#timings.requestMs, signal, (inner) =>
        this.#arbiter.swap('assignment', next, version, inner),
      );
    } catch {
      this.#doubtful = true;
      const released = this.isFloating() ? this.#floating!.released : new Set<string>();
      for (const { request } of asked) if (request.kind === 'release') released.add(request.artifact);
      this.#floating = { over: version, released };
      return 'unknown';
    }
    if (written === undefined) {
      this.#doubtful = true;
      return 'conflict';
    }
    this.#adopt({ value: next, version: written });
    this.#answer(asked, decision.answers);
    return 'written';
  }

  #answer(asked: readonly Waiting[], answers: readonly Answer[]): void {
    for (const [index, waiting] of asked.entries()) {
      // What was dropped meanwhile has its answer.
      if (!this.#waiting.includes(waiting)) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      waiting.settle(answers[index]!);
    }
  }

  #adopt(copy: Versioned<Assignment> | undefined): void {
    const before = this.#copy?.value;
    const now = this.#clock.monotonic();
    if (copy && copy.value.origin !== before?.origin) this.#since = now;
    this.#copy = copy;
  }
}
