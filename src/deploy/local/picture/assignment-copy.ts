import type { Clock } from '../../../clock.ts';
import type { Arbiter, Assignment } from '../../../coordination/index.ts';

const lookEachMs = 1_000;
const answerWithinMs = 2_000;

/** The assignment as it was a moment ago, for showing: read when the arbiter wakes, and each second. */
export class AssignmentCopy {
  readonly #arbiter: Arbiter;
  readonly #clock: Clock;
  readonly #life = new AbortController();
  readonly #unwatch: () => void;
  #value: Assignment | undefined;
  #reading = false;
  #again = false;
  #cancelLook = (): void => {};

  constructor(arbiter: Arbiter, clock: Clock) {
    this.#arbiter = arbiter;
    this.#clock = clock;
    this.#unwatch = arbiter.watch(() => void this.#read());
    this.#look();
  }

  get value(): Assignment | undefined {
    return this.#value;
  }

  close(): void {
    this.#life.abort();
    this.#unwatch();
    this.#cancelLook();
  }

  #look(): void {
    void this.#read();
    this.#cancelLook = this.#clock.after(lookEachMs, () => this.#look());
  }

  /** One at a time; who asks meanwhile gets another one after it. */
  async #read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again && !this.#life.signal.aborted) {
      this.#again = false;
      const signal = AbortSignal.any([this.#life.signal, AbortSignal.timeout(answerWithinMs)]);
      const found = await this.#arbiter.read('assignment', signal).catch(() => undefined);
      this.#value = found?.value ?? this.#value;
    }
    this.#reading = false;
  }
}
