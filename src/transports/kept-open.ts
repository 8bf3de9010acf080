/** What stays open until it breaks. */
export interface Breakable {
  /** Rejects when it can be used no longer. */
  readonly broken: Promise<never>;
  close(): Promise<void>;
}

/** Connections by what they are for: opened when they are first asked for, once for all who ask, and anew after they broke. */
export class KeptOpen<T extends Breakable> {
  readonly #open = new Map<string, Promise<T>>();
  #closed = false;

  get(key: string, open: () => Promise<T>): Promise<T> {
    const known = this.#open.get(key);
    if (known) return known;
    if (this.#closed) return Promise.reject(new DOMException('the replica stops', 'AbortError'));
    const opening = open();
    this.#open.set(key, opening);
    const forget = (): void => {
      if (this.#open.get(key) === opening) this.#open.delete(key);
    };
    opening.then((it) => it.broken.catch(forget), forget);
    return opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map((one) => one.then((it) => it.close()).catch(() => {})));
  }
}
