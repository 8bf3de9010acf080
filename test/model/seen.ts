/** The states a search has seen, each with a number: one after another in one array, found by hash. */
export class Seen {
  readonly #words: number;
  #size = 0;
  #store: Uint32Array;
  /** Number of the state + 1 at its hash or behind it; 0 where none is. Never more than half full. */
  #slots: Int32Array;

  constructor(words: number) {
    this.#words = words;
    this.#store = new Uint32Array(words * 1024);
    this.#slots = new Int32Array(4096);
  }

  get size(): number {
    return this.#size;
  }

  /** The state's number, negative minus one if it was known: `~number`. */
  add(state: Uint32Array): number {
    if (this.#size * 2 >= this.#slots.length) this.#widen();
    const mask = this.#slots.length - 1;
    let slot = hash(state, 0, this.#words) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#equals(found - 1, state)) return ~(found - 1);
      slot = (slot + 1) & mask;
    }
    const number = this.#size++;
    if (this.#size * this.#words > this.#store.length) {
      const wider = new Uint32Array(this.#store.length * 2);
      wider.set(this.#store);
      this.#store = wider;
    }
    this.#store.set(state, number * this.#words);
    this.#slots[slot] = number + 1;
    return number;
  }

  get(number: number, into: Uint32Array): void {
    const start = number * this.#words;
    for (let i = 0; i < this.#words; i++) into[i] = this.#store[start + i]!;
  }

  #equals(number: number, state: Uint32Array): boolean {
    const start = number * this.#words;
    for (let i = 0; i < this.#words; i++) if (this.#store[start + i] !== state[i]) return false;
    return true;
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = hash(this.#store, number * this.#words, this.#words) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** Murmur3's mixing, word by word. */
function hash(words: Uint32Array, start: number, count: number): number {
  let h = 0;
  for (let i = start; i < start + count; i++) {
    let k = Math.imul(words[i]!, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
