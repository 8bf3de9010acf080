/** Which state leads to which: from which states a goal can be reached, and what can go on for ever. */
export class Edges {
  #from = new Int32Array(4096);
  #to = new Int32Array(4096);
  #size = 0;
  /** Numbers of those edges that must not lie on a circle. */
  readonly #progress: number[] = [];

  add(from: number, to: number, isProgress: boolean): void {
    if (isProgress) this.#progress.push(this.#size);
    if (this.#size === this.#from.length) {
      this.#from = doubled(this.#from);
      this.#to = doubled(this.#to);
    }
    this.#from[this.#size] = from;
    this.#to[this.#size++] = to;
  }

  /** For each of the states: 1 when some way leads from it to a goal. Searched backwards from the goals. */
  leadingTo(goals: readonly number[], states: number): Uint8Array {
    const { start, ends: sources } = this.#grouped(this.#to, this.#from, states);
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

  /** A state from which such a step leads round in a circle, or undefined. */
  circling(states: number): number | undefined {
    const component = this.#components(states);
    const edge = this.#progress.find((i) => component[this.#from[i]!] === component[this.#to[i]!]);
    return edge === undefined ? undefined : this.#from[edge];
  }

  /** Tarjan: states with the same number can each be reached from the other. No recursion, the way may be long. */
  #components(states: number): Int32Array {
    const { start, ends } = this.#grouped(this.#from, this.#to, states);
    const next = start.slice();
    const found = new Int32Array(states);
    const low = new Int32Array(states);
    const component = new Int32Array(states).fill(-1);
    const open: number[] = [];
    let count = 0;
    let order = 0;
    for (let root = 0; root < states; root++) {
      if (found[root]) continue;
      const way = [root];
      for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
        if (!found[at]) {
          found[at] = low[at] = ++order;
          open.push(at);
        }
        if (next[at]! < start[at + 1]!) {
          const to = ends[next[at]!++]!;
          if (!found[to]) way.push(to);
          else if (component[to]! < 0) low[at] = Math.min(low[at]!, found[to]);
          continue;
        }
        way.pop();
        const before = way.at(-1);
        if (before !== undefined) low[before] = Math.min(low[before]!, low[at]!);
        if (low[at] !== found[at]) continue;
        for (let member = open.pop()!; ; member = open.pop()!) {
          component[member] = count;
          if (member === at) break;
        }
        count++;
      }
    }
    return component;
  }

  /** The ends of all edges, those of the same key side by side: `start` says where each key's begin. */
  #grouped(keys: Int32Array, values: Int32Array, states: number): { start: Int32Array; ends: Int32Array } {
    const start = new Int32Array(states + 1);
    for (let i = 0; i < this.#size; i++) start[keys[i]! + 1]!++;
    for (let i = 0; i < states; i++) start[i + 1]! += start[i]!;
    const ends = new Int32Array(this.#size);
    const fill = start.slice();
    for (let i = 0; i < this.#size; i++) ends[fill[keys[i]!]!++] = values[i]!;
    return { start, ends };
  }
}

export function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}
