/** What stands between one replica and its arbiter, and what it does to the messages. */

export type Trouble =
  /** Nothing passes either way until it ends; nothing is lost. */
  | { readonly kind: 'hold' }
  /** What is sent meanwhile is lost. */
  | { readonly kind: 'cut' }
  /** What the arbiter sends meanwhile is lost. */
  | { readonly kind: 'mute' }
  /** Each message takes so much longer. */
  | { readonly kind: 'slow'; readonly delayMs: number };

export type Direction = 'to-arbiter' | 'to-replica';

export class Gate {
  readonly #troubles = new Set<Trouble>();
  readonly #listeners = new Set<() => void>();

  /** The returned function ends it; several troubles at a time are worse than one. */
  begin(trouble: Trouble): () => void {
    // An object of its own, so that the same trouble twice ends once at a time.
    const own = { ...trouble };
    this.#troubles.add(own);
    this.#tell();
    return () => {
      if (this.#troubles.delete(own)) this.#tell();
    };
  }

  get holds(): boolean {
    return this.#has('hold');
  }

  get cuts(): boolean {
    return this.#has('cut');
  }

  loses(direction: Direction): boolean {
    return this.cuts || (direction === 'to-replica' && this.#has('mute'));
  }

  get delayMs(): number {
    return [...this.#troubles].reduce((sum, one) => sum + (one.kind === 'slow' ? one.delayMs : 0), 0);
  }

  /** Calls back when a trouble began or ended. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #has(kind: Trouble['kind']): boolean {
    return [...this.#troubles].some((one) => one.kind === kind);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Messages in one direction: delayed and held, but always in order. */
export class Lane<T> {
  readonly #gate: Gate;
  readonly #deliver: (item: T) => void;
  readonly #stopListening: () => void;
  #queue: { readonly item: T; readonly dueAt: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(gate: Gate, deliver: (item: T) => void) {
    this.#gate = gate;
    this.#deliver = deliver;
    this.#stopListening = gate.onChange(() => this.#pump());
  }

  push(item: T): void {
    const dueAt = performance.now() + this.#gate.delayMs;
    this.#queue.push({ item, dueAt: Math.max(dueAt, this.#queue.at(-1)?.dueAt ?? 0) });
    this.#pump();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#queue = [];
  }

  #pump(): void {
    clearTimeout(this.#timer);
    while (this.#queue.length > 0 && !this.#gate.holds) {
      const left = this.#queue[0]!.dueAt - performance.now();
      // Timers have whole milliseconds; what is due within half of one is due.
      if (left >= 0.5) {
        this.#timer = setTimeout(() => this.#pump(), left);
        return;
      }
      this.#deliver(this.#queue.shift()!.item);
    }
  }
}
