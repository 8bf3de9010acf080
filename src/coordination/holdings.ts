import type { Clock } from '../clock.ts';
import type { AssignmentEntry, Fire, Fires, Placing } from './records.ts';
import { claimRun, newestRun } from './decide/claim.ts';
import { podOf } from './decide/names.ts';
import { settledWithin } from './deadline.ts';
import { Holding, type Runnable } from './holding.ts';
import type { Ledger } from './ledger.ts';

export type MoveOutcome = { readonly outcome: 'moved' } | { readonly outcome: 'refused'; readonly reason: string };

/** What holding something asks of this process's lease. */
export interface HoldersLease {
  /** Whether the lease of that boot id is good at this instant. */
  isValid(boot: string): boolean;
  claimed(artifact: string): Fire | undefined;
  claim(boot: string, artifact: string, fire: Fire): Promise<boolean>;
  dropClaim(artifact: string): void;
  keepClaims(tokens: ReadonlyMap<string, number>, inherited: Fires): void;
}

export interface HoldingsOptions {
  readonly pod: string;
  readonly runnables: readonly Runnable[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly stopLimitMs: number;
  readonly lease: HoldersLease;
  /** Something was asked of the ledger: it should be written soon. */
  readonly onAsked: () => void;
  readonly onEvent: (
    type: 'acquired' | 'released' | 'lost' | 'failed',
    artifact: string,
    token: number,
    reason: string,
    /** For released: when the term ended, milliseconds since 1970. */
    endedAt?: number,
  ) => void;
  readonly onClaim: (granted: boolean) => void;
}

/** What this process holds: started, stopped and given away as the assignment says. */
export class Holdings {
  readonly #options: HoldingsOptions;
  readonly #runnables: ReadonlyMap<string, Runnable>;
  readonly #held = new Map<string, Holding>();
  /** Ended here but not stopped yet: the same artifact does not start again before. */
  readonly #winding = new Map<string, Promise<void>>();
  /** Newest token each artifact was held with here. */
  readonly #tokens = new Map<string, number>();
  #closing = false;

  constructor(options: HoldingsOptions) {
    this.#options = options;
    this.#runnables = new Map(options.runnables.map((runnable) => [runnable.key, runnable]));
  }

  get(artifact: string): Holding | undefined {
    return this.#held.get(artifact);
  }

  list(): Holding[] {
    return [...this.#held.values()];
  }

  /** Whether everything held runs, and nothing is on its way to another member. */
  get settled(): boolean {
    return this.list().every((holding) => holding.state === 'running');
  }

  /** Starts what the assignment gives to that boot id, ends what it does not. */
  reconcile(boot: string): void {
    const entries = this.#options.ledger.copy?.value.artifacts ?? {};
    const isMine = (entry: AssignmentEntry | undefined): entry is AssignmentEntry => entry?.holder === boot;
    for (const holding of this.list()) {
      const entry = entries[holding.artifact];
      if (isMine(entry) && entry.token === holding.term.token) continue;
      const to = entry?.holder ? podOf(entry.holder) : 'nobody';
      this.#lose(holding, entry ? `it was given to ${to}: ${entry.reason}` : 'the assignment names it no more');
    }
    const mine = Object.entries(entries).filter(([, entry]) => isMine(entry));
    this.#options.lease.keepClaims(
      new Map(Object.entries(entries).map(([artifact, { token }]) => [artifact, token])),
      Object.fromEntries(mine.flatMap(([artifact, entry]) => inheritedRun(artifact, entry))),
    );
    if (!this.#options.lease.isValid(boot)) return;
    for (const [artifact, entry] of mine) {
      if (this.#held.has(artifact) || this.#options.ledger.isFloating(artifact)) continue;
      const runnable = this.#runnables.get(artifact);
      if (runnable && !this.#closing) this.#hold(runnable, boot, entry);
      else this.#release(artifact, entry.token, 'handover', `${this.#options.pod} cannot take it`);
    }
  }

  /** Takes out the runs that people asked for, of what is held here, and runs them. */
  takeRuns(): void {
    const { ledger, onAsked, onEvent } = this.#options;
    for (const [artifact, { at, by }] of Object.entries(ledger.copy?.value.runs ?? {})) {
      const holding = this.#held.get(artifact);
      const runnable = this.#runnables.get(artifact);
      if (holding?.state !== 'running' || ledger.isAsked('take-run', artifact)) continue;
      const { term } = holding;
      ledger.ask({ kind: 'take-run', artifact, token: term.token, at }, (answer) => {
        if (answer !== 'written' || !runnable) return;
        if (runnable.runNow === undefined)
          return onEvent('failed', artifact, term.token, `${by} asked for a run, but it has none to make`);
        runnable.runNow(term).catch((error: unknown) => onEvent('failed', artifact, term.token, String(error)));
      });
      onAsked();
    }
  }

  /** Stops the artifact, then has it moved: to that pod, or to whichever member fits best. */
  async give(artifact: string, by: Placing, reason: string, limitMs: number, to?: string): Promise<MoveOutcome> {
    const { pod, clock } = this.#options;
    const holding = this.#held.get(artifact);
    if (!holding) return { outcome: 'refused', reason: `${pod} does not hold ${artifact}` };
    await holding.leave(clock, limitMs);
    // The lease may have been lost and won back meanwhile, and the artifact started again.
    if (this.#held.get(artifact) !== holding)
      return { outcome: 'refused', reason: `${pod} lost ${artifact} meanwhile` };
    return new Promise((resolve) => this.#release(artifact, holding.term.token, by, reason, to, resolve));
  }

  /** Gives everything away; what comes from now on is declined. */
  async giveAll(reason: string, limitMs: number): Promise<void> {
    this.#closing = true;
    await Promise.all(this.list().map(({ artifact }) => this.give(artifact, 'handover', reason, limitMs)));
  }

  loseAll(reason: string): void {
    for (const holding of this.list()) this.#lose(holding, reason);
  }

  #hold(runnable: Runnable, boot: string, { token, reason }: AssignmentEntry): void {
    const { ledger, clock, lease, onEvent, onClaim } = this.#options;
    const artifact = runnable.key;
    const entry = (): AssignmentEntry | undefined => ledger.copy?.value.artifacts[artifact];
    const runs = (): ReturnType<typeof newestRun> | undefined => {
      const found = entry();
      return found && newestRun(found, lease.claimed(artifact));
    };
    const holding = new Holding({
      runnable,
      token,
      clock,
      after: this.#winding.get(artifact),
      source: {
        leaseValid: () => lease.isValid(boot),
        lastFire: () => runs()?.lastFire,
        runs: () => runs()?.runs ?? 0,
        async claim(dueAt) {
          const decision = claimRun({ entry: entry(), claimed: lease.claimed(artifact), boot, token, dueAt });
          const granted = decision.next === 'claim' && (await lease.claim(boot, artifact, decision.fire));
          onClaim(granted);
          return granted;
        },
      },
      onFailure: (error, retryInMs) => {
        const text = error instanceof Error ? error.message : String(error);
        onEvent('failed', artifact, token, `${text}; tried again in ${retryInMs} ms`);
      },
    });
    this.#held.set(artifact, holding);
    const again = this.#tokens.get(artifact) === token;
    this.#tokens.set(artifact, token);
    onEvent('acquired', artifact, token, again ? 'nobody else took it meanwhile' : reason);
  }

  #release(
    artifact: string,
    token: number,
    by: Placing,
    reason: string,
    to?: string,
    done?: (outcome: MoveOutcome) => void,
  ): void {
    const { ledger, clock, lease, onAsked, onEvent } = this.#options;
    const endedAt = clock.wall();
    const fire = lease.claimed(artifact);
    const request = {
      kind: 'release',
      artifact,
      token,
      by,
      reason,
      ...(to !== undefined && { to }),
      ...(fire && { fire }),
    } as const;
    ledger.ask(request, (answer) => {
      const holding = this.#held.get(artifact);
      if (holding?.term.token === token) {
        // Refused: it is still ours, and the next look at the assignment starts it again.
        this.#windUp(holding);
        const holder = ledger.copy?.value.artifacts[artifact]?.holder;
        const where =
          typeof answer === 'string' ? `to ${holder ? podOf(holder) : 'nobody'}` : `not moved, ${answer.refused}`;
        onEvent('released', artifact, token, `${where}: ${reason}`, endedAt);
      }
      done?.(typeof answer === 'string' ? { outcome: 'moved' } : { outcome: 'refused', reason: answer.refused });
    });
    onAsked();
  }

  #lose(holding: Holding, reason: string): void {
    const { artifact, term } = holding;
    this.#windUp(holding);
    this.#options.lease.dropClaim(artifact);
    this.#options.ledger.drop(artifact, term.token, 'the term is lost');
    this.#options.onEvent('lost', artifact, term.token, reason);
  }

  /** Ends the term here and remembers the run until it has stopped. */
  #windUp(holding: Holding): void {
    const { artifact, stopped } = holding;
    holding.end();
    this.#held.delete(artifact);
    const forget = async (): Promise<void> => {
      await settledWithin(this.#options.clock, this.#options.stopLimitMs, stopped);
      if (this.#winding.get(artifact) === over) this.#winding.delete(artifact);
    };
    const over = forget();
    this.#winding.set(artifact, over);
  }
}

function inheritedRun(artifact: string, { token, lastFire, runs }: AssignmentEntry): [string, Fire][] {
  return lastFire === undefined ? [] : [[artifact, { token, lastFire, runs }]];
}
