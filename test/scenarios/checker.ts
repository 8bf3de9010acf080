/**
 * Watches a world from the outside: every write the arbiter accepts, every effect that reaches a resource, every run.
 * It knows the invariants, not the protocol (README.md of the coordination room):
 *
 *   I1 at most one process is at work for an artifact        I4 each due run is run at most once
 *   I2 no effect with a token below the highest seen         I5 every artifact has a holder again soon
 *   I3 revoke only the silent; tokens strictly rise          I6 on a failure only orphans move
 */
import type { Arbiter, Assignment, MemberRecord, Term, Versioned } from '../../src/coordination/index.ts';
import { podOf } from '../../src/coordination/decide/names.ts';
import type { World } from './world.ts';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6';

export interface CheckerOptions {
  readonly leaseMs: number;
  /** Largest error of any process's clock rate. */
  readonly rateError: number;
  /** False for the mutant whose resources take what comes. */
  readonly fence: boolean;
}

export class Checker {
  readonly violations: { readonly invariant: Invariant; readonly text: string }[] = [];
  /** Effects the resources refused: a lease alone would have let them through. */
  refused = 0;
  accepted = 0;
  runs = 0;
  readonly #options: CheckerOptions;
  readonly #highest = new Map<string, number>();
  readonly #tokens = new Map<string, number>();
  readonly #renewedAt = new Map<string, number>();
  readonly #done = new Set<string>();
  /** Boot ids that were ended by a write of their record: nothing else ends one. */
  readonly #revoked = new Set<string>();
  /** Newest due time that was run, of each artifact. */
  readonly #newestRun = new Map<string, number>();
  readonly #never: AbortSignal = new AbortController().signal;
  /** Pods that hold something that nobody moved by hand. */
  #balanced: ReadonlySet<string> = new Set();
  #world: World | undefined;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  watch(world: World): void {
    this.#world = world;
  }

  found(invariant: Invariant): boolean {
    return this.violations.some((violation) => violation.invariant === invariant);
  }

  /** The arbiter as `writer` reaches it, with every accepted write looked at. */
  around(arbiter: Arbiter, writer: string): Arbiter {
    const read = async (key: 'assignment' | `member/${string}`): Promise<Versioned<unknown> | undefined> =>
      arbiter.read(key, this.#never);
    return {
      ...bound(arbiter),
      swap: async (key, value, expected, signal) => {
        const before = await read(key);
        const version = await arbiter.swap(key, value, expected, signal);
        if (version === undefined) return undefined;
        if (key === 'assignment') this.#assigned(before?.value as Assignment | undefined, value as Assignment, writer);
        else this.#leased(value as MemberRecord, writer);
        return version;
      },
    };
  }

  /** An effect outside of the process, on a resource that keeps the highest token it saw. */
  effect(term: Term, pod: string): void {
    const highest = this.#highest.get(term.artifact) ?? 0;
    if (this.#options.fence && term.token < highest) {
      this.refused++;
      return;
    }
    this.accepted++;
    if (term.token < highest)
      this.#report('I2', `${pod} acted for ${term.artifact} with ${term.token} after ${highest}`);
    this.#highest.set(term.artifact, Math.max(highest, term.token));
  }

  ran(term: Term, dueAt: number, pod: string): void {
    const key = `${term.artifact} due ${dueAt}`;
    if (this.#done.has(key)) this.#report('I4', `${pod} ran ${key} again`);
    this.#done.add(key);
    this.#newestRun.set(term.artifact, Math.max(dueAt, this.#newestRun.get(term.artifact) ?? 0));
    this.runs++;
  }

  /** To be called whenever something may have begun. */
  look(): void {
    const active = new Map<string, string[]>();
    for (const process of this.#world!.processes.values())
      if (process.runs)
        for (const [artifact, term] of process.terms)
          if (term.valid()) active.set(artifact, [...(active.get(artifact) ?? []), process.pod]);
    for (const [artifact, pods] of active)
      if (pods.length > 1) this.#report('I1', `${pods.join(' and ')} are at work for ${artifact}`);
  }

  /** At rest: every artifact has exactly one process at work for it, and the loads are even. */
  rest(artifacts: readonly string[]): void {
    const loads = new Map<string, number>();
    const running = [...this.#world!.processes.values()].filter((process) => process.runs);
    for (const artifact of artifacts) {
      const holders = running.filter((process) => process.terms.get(artifact)?.valid());
      if (holders.length !== 1) this.#report('I5', `${artifact} has ${holders.length} holders at rest`);
      for (const { pod } of holders) loads.set(pod, (loads.get(pod) ?? 0) + 1);
    }
    const counts = running.map(({ pod }) => loads.get(pod) ?? 0);
    // What people moved stays where they put it.
    const mayGive = new Set(running.filter(({ pod }) => this.#balanced.has(pod)).map(({ pod }) => loads.get(pod) ?? 0));
    if (Math.max(0, ...mayGive) - Math.min(...counts) > 1) this.#report('I5', `loads are ${counts.join(', ')} at rest`);
  }

  #assigned(before: Assignment | undefined, after: Assignment, writer: string): void {
    // An assignment made anew knows of runs what records tell; that may be less than its predecessor knew.
    if (!before) this.#newestRun.clear();
    const unmoved = Object.values(after.artifacts).filter(({ by }) => by !== 'move');
    this.#balanced = new Set(unmoved.flatMap(({ holder }) => (holder === null ? [] : [podOf(holder)])));
    for (const [artifact, entry] of Object.entries(after.artifacts)) {
      const old = before?.artifacts[artifact];
      if (old && old.lastFire !== undefined && (entry.lastFire === undefined || entry.lastFire < old.lastFire))
        this.#report('I4', `${writer} took back the last run of ${artifact}`);
      if (old?.token === entry.token && old.holder === entry.holder) continue;
      const highest = this.#tokens.get(artifact) ?? 0;
      if (entry.token <= highest) this.#report('I3', `${artifact} got token ${entry.token} after ${highest}`);
      this.#tokens.set(artifact, Math.max(entry.token, highest));
      if ((entry.lastFire ?? 0) < (this.#newestRun.get(artifact) ?? 0))
        this.#report('I4', `${writer} gave on ${artifact} without its newest run`);
      const mayMove = !old || old.holder === null || this.#revoked.has(old.holder) || podOf(old.holder) === writer;
      if (!mayMove) this.#report('I6', `${writer} moved ${artifact} away from ${old.holder}, which is alive`);
    }
  }

  #leased(record: MemberRecord, writer: string): void {
    const now = this.#world!.clock.monotonic();
    if (record.state === 'revoked') this.#revoked.add(record.boot);
    if (record.state !== 'revoked') {
      this.#renewedAt.set(record.boot, now);
      return;
    }
    const silent = now - (this.#renewedAt.get(record.boot) ?? now);
    const least = this.#options.leaseMs * (1 - this.#options.rateError);
    // A supervisor saw the exit; a process knows of itself that it starts over.
    const knows = writer === 'supervisor' || podOf(record.boot) === writer;
    if (!knows && silent < least)
      this.#report('I3', `${writer} revoked ${record.boot}, which was silent for ${Math.round(silent)} ms only`);
  }

  #report(invariant: Invariant, text: string): void {
    this.violations.push({ invariant, text: `${Math.round(this.#world!.clock.monotonic())} ${invariant} ${text}` });
  }
}

/** The same arbiter, as an object whose methods can be replaced one by one. */
export function bound(arbiter: Arbiter): Arbiter {
  return {
    snapshot: (options) => arbiter.snapshot(options),
    read: (key, signal) => arbiter.read(key, signal),
    swap: (key, value, expected, signal) => arbiter.swap(key, value, expected, signal),
    remove: (key, expected, signal) => arbiter.remove(key, expected, signal),
    watch: (wake) => arbiter.watch(wake),
  };
}
