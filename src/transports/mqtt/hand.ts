/**
 * What one replica has in hand of a subscription, whatever lanes it came by: no more than `most` messages at once, and
 * where the flow wants them one after the other, in turn.
 */
export class Hand {
  readonly #most: number;
  #taken = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(most: number) {
    this.#most = most;
  }

  get hasRoom(): boolean {
    return this.#taken < this.#most;
  }

  /** For one connection, from its first message on. */
  open(): Places {
    return new Places(this);
  }

  /** Resolves when something was put down, or is not waited for any more. */
  get changed(): Promise<void> {
    return (this.#room ??= Promise.withResolvers<void>()).promise;
  }

  count(more: number): void {
    this.#taken += more;
    if (more > 0) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** After all that came before, by whatever lane; `work` must not reject. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine;
    return mine;
  }
}

/** The messages in hand that came by one connection. With its end they are counted no more, whenever they are settled. */
export class Places {
  readonly #hand: Hand;
  #taken = 0;
  #closed = false;
  /** The connection is not read from: there is no room. */
  isWaiting = false;

  constructor(hand: Hand) {
    this.#hand = hand;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes one more, and calls back when another may come. */
  take(goOn: () => void): void {
    this.#count(1);
    if (this.#hand.hasRoom) goOn();
    else void this.#untilRoom().then(goOn);
  }

  settle(): void {
    if (!this.#closed) this.#count(-1);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#count(-this.#taken);
  }

  async #untilRoom(): Promise<void> {
    this.isWaiting = true;
    while (!this.#hand.hasRoom && !this.#closed) await this.#hand.changed;
    this.isWaiting = false;
  }

  #count(more: number): void {
    this.#taken += more;
    this.#hand.count(more);
  }
}
