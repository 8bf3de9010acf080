/**
 * One partition as it is consumed. Its offsets, from what is safe to what is still to come:
 *
 *     committed ≤ completed ≤ (in hand) ≤ (ready) ≤ position
 *
 * - committed: what the broker was told
 * - completed: everything before it was processed; only this is ever committed
 * - position: the next offset to ask the broker for
 *
 * Offsets are numbers here: 2^53 messages are enough for one partition.
 */
export interface Fetched {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly key: Buffer | null;
  /** Null: the record says that its key is deleted. */
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

interface InHand {
  readonly offset: number;
  done: boolean;
}

export class Partition {
  readonly topic: string;
  readonly number: number;
  position: number;
  committed: number;
  /** What the broker was last asked to commit; when its answer is lost it may have done so or not. */
  attempted: number;
  /** Nothing is taken after it aborts: the group is being arranged, or the connection ends. */
  #shutting = new AbortController();
  #ready: Fetched[] = [];
  #next = 0;
  readonly #inHand: InHand[] = [];
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(topic: string, number: number, committed: number) {
    this.topic = topic;
    this.number = number;
    this.committed = this.attempted = this.position = committed;
  }

  get key(): string {
    return `${this.topic}/${this.number}`;
  }

  /** Messages that are there and not in hand. */
  get ready(): number {
    return this.#ready.length - this.#next;
  }

  /** Those of them that may be taken. */
  get available(): number {
    return this.#shutting.signal.aborted ? 0 : this.ready;
  }

  get inHand(): number {
    return this.#inHand.length;
  }

  /** Everything before it was processed. Offsets may have gaps: what compaction or a transaction left out is passed over. */
  get completed(): number {
    return this.#inHand[0]?.offset ?? this.#ready[this.#next]?.offset ?? this.position;
  }

  /** Adds what the broker sent; `position` is what follows. */
  add(records: readonly Fetched[], position: number): void {
    if (this.#next > 0) this.#ready = this.#ready.slice(this.#next);
    this.#next = 0;
    for (const record of records) if (record.offset >= this.position) this.#ready.push(record);
    this.position = position;
  }

  /** The next messages in order, at most so many; none while it is shut. */
  take(atMost: number): readonly Fetched[] {
    if (this.#shutting.signal.aborted) return [];
    const taken = this.#ready.slice(this.#next, this.#next + atMost);
    this.#next += taken.length;
    for (const { offset } of taken) this.#inHand.push({ offset, done: false });
    return taken;
  }

  /** Aborts when nothing is taken any more. */
  get shutting(): AbortSignal {
    return this.#shutting.signal;
  }

  /** They were not processed and are to be taken again, first of all. */
  putBack(records: readonly Fetched[]): void {
    const back = new Set(records.map(({ offset }) => offset));
    this.#inHand.splice(0, Infinity, ...this.#inHand.filter(({ offset }) => !back.has(offset)));
    this.#ready = [...records, ...this.#ready.slice(this.#next)].toSorted((a, b) => a.offset - b.offset);
    this.#next = 0;
    if (this.#inHand.length === 0) this.#idle?.resolve();
  }

  done(records: readonly Fetched[]): void {
    for (const { offset } of records) {
      const one = this.#inHand.find((each) => each.offset === offset);
      if (one) one.done = true;
    }
    while (this.#inHand[0]?.done) this.#inHand.shift();
    if (this.#inHand.length === 0) this.#idle?.resolve();
  }

  /** Takes nothing more; resolves when nothing is in hand. */
  shut(): Promise<void> {
    this.#shutting.abort();
    if (this.#inHand.length === 0) return Promise.resolve();
    return (this.#idle ??= Promise.withResolvers<void>()).promise;
  }

  reopen(): void {
    this.#shutting = new AbortController();
    this.#idle = undefined;
  }

  /** From another offset on: what was ready is forgotten. */
  moveTo(offset: number): void {
    this.#ready = [];
    this.#next = 0;
    this.position = offset;
  }
}
