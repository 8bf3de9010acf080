/** Which state leads to which, and from which states a goal can be reached. */
export class Edges {
  #from = new Int32Array(4096);
  #to = new Int32Array(4096);
  #size = 0;

  add(from: number, to: number): void {
    if (this.#size === this.#from.length) {
      this.#from = doubled(this.#from);
      this.#to = doubled(this.#to);
    }
    this.#from[this.#size] = from;
    this.#to[this.#size++] = to;
  }

  /** For each of the states: 1 when some way leads from it to a goal. Searched backwards from the goals. */
  leadingTo(goals: readonly number[], states: number): Uint8Array {
    const start = new Int32Array(states + 1);
    for (let i = 0; i < this.#size; i++) start[this.#to[i]! + 1]!++;
    for (let i = 0; i < states; i++) start[i + 1]! += start[i]!;
    const sources = new Int32Array(this.#size);
    const fill = start.slice();
    for (let i = 0; i < this.#size; i++) sources[fill[this.#to[i]!]!++] = this.#from[i]!;

    const leads = new Uint8Array(states);
    const open: number[] = [];
    const mark = (state: number): void => {
      if (leads[state]) return;
      leads[state] = 1;
      open.push(state);
    };
    goals.forEach(mark);
    for (let state = open.pop(); state !== undefined; state = open.pop())
      for (let i = start[state]!; i < start[state + 1]!; i++) mark(sources[i]!);
    return leads;
  }
}

export function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}
