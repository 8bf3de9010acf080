import { Fault } from '../errors.ts';

/**
 * The right to run one artifact, for as long as it lasts. Check it before every effect outside; what is committed
 * carries the token. The engine's port `Term` has the same shape.
 */
export interface Term {
  readonly artifact: string;
  /** Rises with every change of holder. */
  readonly token: number;
  /** Aborted when the term is lost, or when it is handed over: it is then still valid until the artifact has stopped. */
  readonly signal: AbortSignal;
  valid(): boolean;
  /** Throws Fault TERM_LOST unless the term is valid. */
  assert(): void;
  /** The newest scheduled time any holder claimed, milliseconds since 1970. */
  readonly lastFire: number | undefined;
  readonly runs: number;
  /**
   * Claims the run due at that time; false when it is not this holder's to run. Waits while the arbiter is silent.
   * `before`, the default: the run begins when this is true, and not while the artifact is handed over. `after`: it is done.
   */
  claim(dueAt: number, when?: 'before' | 'after'): Promise<boolean>;
}

/** What only the member knows about a term. */
export interface TermSource {
  /** Whether the process's lease is good at this instant. */
  leaseValid(): boolean;
  lastFire(): number | undefined;
  runs(): number;
  claim(dueAt: number): Promise<boolean>;
}

export class HeldTerm implements Term {
  readonly artifact: string;
  readonly token: number;
  readonly #source: TermSource;
  readonly #abort = new AbortController();
  #over = false;

  constructor(artifact: string, token: number, source: TermSource) {
    this.artifact = artifact;
    this.token = token;
    this.#source = source;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get lastFire(): number | undefined {
    return this.#source.lastFire();
  }

  get runs(): number {
    return this.#source.runs();
  }

  valid(): boolean {
    return !this.#over && this.#source.leaseValid();
  }

  assert(): void {
    if (!this.valid()) throw new Fault('TERM_LOST', { detail: { artifact: this.artifact, token: this.token } });
  }

  async claim(dueAt: number, when: 'before' | 'after' = 'before'): Promise<boolean> {
    if ((when === 'before' && this.#abort.signal.aborted) || !this.valid()) return false;
    return (await this.#source.claim(dueAt)) && this.valid();
  }

  /** Asks the artifact to finish what it has in hand; until it has, the term stays good. */
  handOver(): void {
    this.#abort.abort(new DOMException(`${this.artifact} is handed over`, 'AbortError'));
  }

  /** Over at once: from here on every check refuses. */
  end(): void {
    this.#over = true;
    this.#abort.abort(new Fault('TERM_LOST', { detail: { artifact: this.artifact, token: this.token } }));
  }
}
