/**
 * Breadth-first search of everything a model can do. It visits each state once, so what it does not find does not
 * exist in the model; and what it finds first is found by the fewest steps, so it is short enough to be read.
 */
import { doubled, Edges } from './edges.ts';
import { Packing } from './packing.ts';
import { Seen } from './seen.ts';

/** Takes one step: what happens, in words, and the state afterwards. */
export type Step<S> = (action: string, after: S) => void;

/** `S`: see packing.ts for what a state may look like. States are values; a step makes a new one. */
export interface Model<S extends object> {
  readonly initial: S;
  /** All that can happen next. `does`: the protocol and time; `fails`: what the adversary adds. */
  next(state: S, does: Step<S>, fails: Step<S>): void;
  /** The name of an invariant that does not hold here. Such a state is not followed further. */
  broken(state: S): string | undefined;
  /** When given: from every state, such a one must be reachable though the adversary does nothing more. */
  goal?(state: S): boolean;
  /** When given: steps that cannot happen over and over while the adversary does nothing more. */
  progress?(before: S, after: S): boolean;
  /** States that mean the same become one: times that are over, members that can be swapped. */
  fold?(state: S): S;
}

export interface SearchOptions {
  /** Give up after that many states. */
  readonly atMost?: number;
  /** End with the first state where this invariant breaks; the first broken one ends it when left out. */
  readonly seek?: string;
}

export interface Found {
  readonly what: string;
  readonly trace: readonly string[];
  /** The state it ends in. */
  readonly state: object;
}

export interface SearchResult {
  readonly states: number;
  readonly steps: number;
  /** Longest of the shortest ways to a state. */
  readonly depth: number;
  /** False when it gave up, or ended with what it found. */
  readonly complete: boolean;
  /** The sought or first broken invariant, with the shortest way there. */
  readonly broken: Found | undefined;
  /** A state from which the goal is out of reach; only looked for when the search is complete. */
  readonly stuck: Found | undefined;
  /** A state from which such steps go round in a circle. */
  readonly circling: Found | undefined;
  /** How often each action was taken: what never happened was not checked either. */
  readonly taken: ReadonlyMap<string, number>;
}

export function search<S extends object>(model: Model<S>, options: SearchOptions = {}): SearchResult {
  return new Search(model, options).run();
}

/** The trace as numbered lines; the same action many times in a row is one line. */
export function tell(found: Found): string {
  const lines: { action: string; times: number }[] = [];
  for (const action of found.trace) {
    const last = lines.at(-1);
    if (last?.action === action) last.times++;
    else lines.push({ action, times: 1 });
  }
  const told = lines.map(
    ({ action, times }, i) => `${String(i + 1).padStart(3)}. ${action}${times > 1 ? ` (${times} times)` : ''}`,
  );
  return [`${found.what}, after ${found.trace.length} steps:`, ...told].join('\n');
}

class Search<S extends object> {
  readonly #model: Model<S>;
  readonly #options: SearchOptions;
  readonly #packing: Packing<S>;
  readonly #seen: Seen;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #bytes: Uint8Array;
  readonly #edges = new Edges();
  readonly #goals: number[] = [];
  readonly #actions = new Map<string, number>();
  readonly #taken: number[] = [];
  /** By number of the state: the one before it, and the action that led from there. */
  #before: Int32Array<ArrayBuffer> = new Int32Array(4096);
  #by: Int32Array<ArrayBuffer> = new Int32Array(4096);
  #steps = 0;
  #broken: Found | undefined;

  constructor(model: Model<S>, options: SearchOptions) {
    this.#model = model;
    this.#options = options;
    this.#packing = new Packing(model.initial);
    this.#words = new Uint32Array(this.#packing.words);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#seen = new Seen(this.#packing.words);
  }

  run(): SearchResult {
    const { goal, progress } = this.#model;
    const keepsEdges = goal !== undefined || progress !== undefined;
    const atMost = this.#options.atMost ?? Infinity;
    this.#visit(-1, 'start', this.#model.initial, false, false);
    let current = 0;
    let depth = 0;
    let levelEnds = 1;
    let state = this.#model.initial;
    const does: Step<S> = (action, after) =>
      this.#visit(current, action, after, keepsEdges, this.#model.progress?.(state, after) ?? false);
    const fails: Step<S> = (action, after) => this.#visit(current, action, after, false, false);
    for (; current < this.#seen.size && this.#seen.size <= atMost && !this.#broken; current++) {
      if (current === levelEnds) {
        depth++;
        levelEnds = this.#seen.size;
      }
      state = this.#stateOf(current);
      if (goal && this.#model.goal!(state)) this.#goals.push(current);
      if (this.#model.broken(state) === undefined) this.#model.next(state, does, fails);
    }
    const complete = current === this.#seen.size && !this.#broken;
    return {
      states: this.#seen.size,
      steps: this.#steps,
      depth,
      complete,
      broken: this.#broken,
      stuck: goal && complete ? this.#findStuck() : undefined,
      circling: progress && complete ? this.#findCircling() : undefined,
      taken: new Map([...this.#actions].map(([action, index]) => [action, this.#taken[index]!])),
    };
  }

  #visit(from: number, action: string, after: S, keepEdge: boolean, isProgress: boolean): void {
    const state = this.#model.fold ? this.#model.fold(after) : after;
    this.#packing.write(state, this.#bytes);
    const found = this.#seen.add(this.#words);
    const number = found < 0 ? ~found : found;
    if (keepEdge) this.#edges.add(from, number, isProgress);
    this.#steps++;
    const by = this.#actionIndex(action);
    this.#taken[by]!++;
    if (found < 0) return;
    if (number === this.#before.length) {
      this.#before = doubled(this.#before);
      this.#by = doubled(this.#by);
    }
    this.#before[number] = from;
    this.#by[number] = by;
    if (this.#broken) return;
    const broken = this.#model.broken(state);
    if (broken !== undefined && (this.#options.seek ?? broken) === broken) this.#broken = this.#foundAt(number, broken);
  }

  #actionIndex(action: string): number {
    let index = this.#actions.get(action);
    if (index === undefined) {
      index = this.#actions.size;
      this.#actions.set(action, index);
      this.#taken.push(0);
    }
    return index;
  }

  #findStuck(): Found | undefined {
    const leads = this.#edges.leadingTo(this.#goals, this.#seen.size);
    const number = leads.indexOf(0);
    return number < 0 ? undefined : this.#foundAt(number, 'the goal is out of reach');
  }

  #findCircling(): Found | undefined {
    const number = this.#edges.circling(this.#seen.size);
    return number === undefined ? undefined : this.#foundAt(number, 'it goes round in a circle');
  }

  #foundAt(number: number, what: string): Found {
    const names = [...this.#actions.keys()];
    const trace: string[] = [];
    for (let at = number; this.#before[at]! >= 0; at = this.#before[at]!) trace.unshift(names[this.#by[at]!]!);
    return { what, trace, state: this.#stateOf(number) };
  }

  #stateOf(number: number): S {
    this.#seen.get(number, this.#words);
    return this.#packing.read(this.#bytes);
  }
}
