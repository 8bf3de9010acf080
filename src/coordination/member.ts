import { createHash, randomInt } from 'node:crypto';
import { systemClock, type Clock } from '../clock.ts';
import { silentLogger, type Logger } from '../log.ts';
import type { Arbiter, Snapshot, Version } from './arbiter.ts';
import { withDeadline } from './deadline.ts';
import type { AssignFacts } from './decide/assign.ts';
import { candidatesFor, compareText, podOf } from './decide/place.ts';
import { rebalance } from './decide/rebalance.ts';
import type { RenewalDecision, RenewalFacts } from './decide/renew.ts';
import { rankAmong, revocations } from './decide/revoke.ts';
import type { CoordinationEvent, MemberCounts, MemberStatus } from './events.ts';
import type { Runnable } from './holding.ts';
import { Holdings, type MoveOutcome } from './holdings.ts';
import { Ledger } from './ledger.ts';
import { Membership } from './membership.ts';
import { Observation } from './observation.ts';
import { memberKey, type MemberRecord, type Offer } from './records.ts';
import { defaultTimings, problemsOf, type Timings } from './timings.ts';

export interface MemberOptions {
  readonly arbiter: Arbiter;
  /** Name of the pod: [a-z0-9-]. */
  readonly pod: string;
  readonly node: string;
  /** What this process can hold, which is not what it holds. Isolation is a shorter list. */
  readonly artifacts: readonly Runnable[];
  readonly timings?: Partial<Timings>;
  /** How many members are about to start: with all of them there, nothing waits for more. */
  readonly expect?: number;
  readonly clock?: Clock;
  /** In [0, 1), as Math.random. Boot ids come from it and must never repeat. */
  readonly random?: () => number;
  readonly log?: Logger;
  readonly onEvent?: (event: CoordinationEvent) => void;
  /** Replaced only where the checker of the invariants is itself under test. */
  readonly rules?: { readonly afterRenewal?: (facts: RenewalFacts) => RenewalDecision };
}

/**
 * One process's part in deciding who holds what. It joins, renews its lease, watches the others, and runs the artifacts
 * that the assignment gives it, each with a term. README.md tells the protocol; decide/ holds its rules.
 */
export class Member implements AsyncDisposable {
  readonly #options: MemberOptions;
  readonly #arbiter: Arbiter;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;
  readonly #timings: Timings;
  readonly #offer: Offer;
  readonly #digest: string;
  readonly #ledger: Ledger;
  readonly #holdings: Holdings;
  readonly #observation = new Observation();
  readonly #life = new AbortController();
  readonly #counts: { -readonly [K in keyof MemberCounts]: MemberCounts[K] } = {
    renewals: 0,
    failedRenewals: 0,
    renewLatencyMs: 0,
    worstRenewLatencyMs: 0,
    acquired: 0,
    released: 0,
    lost: 0,
    rejoins: 0,
    revoked: 0,
  };
  #membership: Membership | undefined;
  #members: readonly MemberRecord[] = [];
  #stopping: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #started: PromiseWithResolvers<void> | undefined;
  /** Own monotonic milliseconds, all of them. */
  #pollAt = 0;
  #wantedSince: number | undefined;
  #mustRead = false;
  #conflicts = 0;
  #reachable = true;
  /** What was looked at when nothing was found to do: while it is the same, there still is not. */
  #nothingToWrite = '';
  #nothingToBalance = '';
  #wake: (() => void) | undefined;
  #woken = false;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#arbiter = options.arbiter;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? ((): number => randomInt(2 ** 47) / 2 ** 47);
    this.#log = (options.log ?? silentLogger).named('Coordination');
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#offer = offerOf(options.artifacts);
    this.#digest = createHash('sha256').update(JSON.stringify(this.#offer)).digest('hex').slice(0, 16);
    this.#ledger = new Ledger(this.#arbiter, this.#clock, this.#timings);
    this.#holdings = new Holdings({
      pod: options.pod,
      runnables: options.artifacts,
      ledger: this.#ledger,
      clock: this.#clock,
      stopLimitMs: this.#timings.stopLimitMs,
      isValid: (boot) => this.#membership?.isValid(boot) ?? false,
      onAsked: () => this.#nudge(false),
      onEvent: (type, artifact, token, reason) => {
        if (type !== 'failed') this.#counts[type]++;
        this.#emit(type, reason, { artifact, token });
      },
    });
    for (const problem of problemsOf(this.#timings)) this.#log.warn(`TIMINGS ${problem}`);
  }

  /** Present boot id; empty before start(). */
  get boot(): string {
    return this.#membership?.boot ?? '';
  }

  /** Resolves when this process has its lease; artifacts start as they are given to it. Starting twice is fine. */
  start(): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    if (!this.#started) {
      this.#started = Promise.withResolvers<void>();
      const { pod, node, rules } = this.#options;
      this.#membership = new Membership({
        arbiter: this.#arbiter,
        clock: this.#clock,
        timings: this.#timings,
        random: this.#random,
        pod,
        node,
        offer: this.#digest,
        decide: rules?.afterRenewal,
        onActing: (how) => this.#acting(how),
        onSuspended: (reason) => {
          this.#emit('suspended', reason);
          this.#holdings.loseAll(reason);
        },
        onOver: (reason) => {
          this.#counts.rejoins++;
          this.#log.warn(`REJOIN ${pod} starts over: ${reason}`);
          this.#holdings.loseAll(reason);
          this.#observation.restart();
        },
        onRenewal: (decision, latencyMs) => this.#countRenewal(decision, latencyMs),
      });
      this.#loop = this.#run(this.#membership);
    }
    return this.#started.promise;
  }

  /**
   * Lets every artifact finish what it has in hand, gives all to live members and deletes the lease. What has not
   * stopped shortly before the deadline loses its term. Stopping twice, or before starting, is fine.
   */
  stop(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    return (this.#stopping ??= this.#stop(options.deadlineMs ?? 10_000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Gives an artifact that this member holds to the pod of that name, where balance then leaves it. */
  async move(artifact: string, pod: string): Promise<MoveOutcome> {
    const own = this.#options.pod;
    if (this.#holdings.get(artifact)?.state !== 'running') {
      const holder = this.#ledger.copy?.value.artifacts[artifact]?.holder;
      const where = holder ? `${podOf(holder)} does` : 'nobody does';
      return { outcome: 'refused', reason: `${own} does not hold ${artifact}, ${where}` };
    }
    if (pod === own) return { outcome: 'refused', reason: `${pod} holds ${artifact} already` };
    const offers = this.#ledger.copy?.value.offers ?? {};
    if (!candidatesFor(artifact, { members: this.#members, offers }).some((member) => member.pod === pod))
      return { outcome: 'refused', reason: `${pod} is not a live member that can hold ${artifact}` };
    return this.#holdings.give(artifact, 'move', `${pod} was asked for`, this.#timings.stopLimitMs, pod);
  }

  status(): MemberStatus {
    const { pod, node } = this.#options;
    const state = this.#membership?.state ?? 'joining';
    const entries = this.#ledger.copy?.value.artifacts;
    const live = this.#members.filter((member) => member.state !== 'revoked');
    return {
      pod,
      node,
      boot: this.boot,
      state: state === 'ended' ? 'stopped' : this.#stopping ? 'draining' : state,
      validForMs: Math.round(this.#membership?.validForMs ?? 0),
      holding: this.#holdings.list().map(({ artifact, term: { token } }) => {
        return { artifact, token, runs: entries?.[artifact]?.runs ?? 0 };
      }),
      members: live.map(({ pod: name, node: on, boot, state: as }) => ({ pod: name, node: on, boot, state: as })),
      counts: { ...this.#counts },
    };
  }

  async #stop(deadlineMs: number): Promise<void> {
    const membership = this.#membership;
    if (!membership) return;
    membership.drain();
    const limitMs = Math.max(0, deadlineMs - this.#timings.requestMs);
    const given = this.#holdings.giveAll(`${this.#options.pod} stops`, limitMs);
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(deadlineMs, resolve);
      void given.then(() => {
        cancel();
        resolve();
      });
    });
    this.#holdings.loseAll('it could not be handed over in time');
    await membership.end();
    this.#life.abort(new DOMException('stopped', 'AbortError'));
    this.#nudge(false);
    await this.#loop;
    this.#started?.resolve();
    this.#emit('left', 'it was stopped');
  }

  #acting(how: 'joined' | 'resumed'): void {
    if (how === 'resumed') this.#emit('resumed', 'its lease was renewed before anyone revoked it');
    else this.#emit(this.#counts.rejoins > 0 ? 'rejoined' : 'joined', `as ${this.boot}`);
    this.#started?.resolve();
    this.#nudge(true);
  }

  #countRenewal(decision: RenewalDecision, latencyMs: number): void {
    if (decision.next === 'extend') {
      this.#counts.renewals++;
      this.#counts.renewLatencyMs = latencyMs;
      this.#counts.worstRenewLatencyMs = Math.max(latencyMs, this.#counts.worstRenewLatencyMs);
    } else {
      this.#counts.failedRenewals++;
      this.#log.debug(`RENEWAL_FAILED ${decision.reason}`);
    }
  }

  // ------------------------------------------------------------------------------------------------ the loop

  async #run(membership: Membership): Promise<void> {
    const unwatch = this.#arbiter.watch(() => this.#nudge(true));
    while (!this.#life.signal.aborted) {
      let nextAt = Infinity;
      try {
        if (membership.awake()) nextAt = await this.#turn(membership);
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#log.error(`INTERNAL coordination: ${text}`);
        this.#mustRead = true;
      }
      await this.#pause(Math.min(nextAt, this.#pollAt) - this.#clock.monotonic());
    }
    unwatch();
  }

  /** Ends early when there is news. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        cancel();
        this.#wake = undefined;
        this.#woken = false;
        resolve();
      };
      const cancel = this.#clock.after(Math.max(0, ms), go);
      this.#wake = go;
      if (this.#woken || this.#life.signal.aborted) go();
    });
  }

  #nudge(read: boolean): void {
    if (read) this.#mustRead = true;
    this.#woken = true;
    this.#wake?.();
  }

  /** One look at everything and what follows from it. Resolves to when the next one is due at the latest. */
  async #turn(membership: Membership): Promise<number> {
    const { boot } = membership;
    const sentAt = this.#clock.monotonic();
    const goesOn = (): boolean => membership.boot === boot && membership.awake() && membership.state === 'acting';

    if (this.#ledger.trusted && !this.#mustRead && sentAt < this.#pollAt && membership.state === 'acting') {
      if (this.#ledger.waiting === 0) return this.#pollAt;
      const outcome = await this.#ledger.write(this.#facts(boot, false), this.#life.signal);
      if (!goesOn()) return this.#pollAt;
      if (outcome === 'conflict' || outcome === 'unknown') return this.#again();
      this.#holdings.reconcile(boot);
      return this.#pollAt;
    }

    this.#mustRead = false;
    this.#pollAt = sentAt + this.#timings.pollMs;
    const snapshot = await this.#read(boot);
    if (!snapshot || !goesOn()) return this.#pollAt;
    const own = snapshot.members.find(({ value }) => value.boot === boot)?.value;
    if (!own && sentAt < membership.joinedAt) return this.#again();
    if (!own || own.state === 'revoked') {
      membership.startOver(own ? `its lease was revoked: ${own.reason ?? 'no reason given'}` : 'its lease is gone');
      return this.#pollAt;
    }
    if (!this.#ledger.copy) return this.#again();
    const look = await this.#revokeSilent(boot);
    if (!goesOn()) return this.#pollAt;
    const placed = await this.#place(boot, membership.joinedAt, look.revoked);
    if (!goesOn()) return this.#pollAt;
    if (placed === 'again') return this.#again();
    this.#holdings.reconcile(boot);
    const balanceAt = this.#balance(boot);
    await this.#sweep(boot);
    return Math.min(look.nextAt ?? Infinity, placed, balanceAt);
  }

  async #read(boot: string): Promise<Snapshot | undefined> {
    try {
      const snapshot = await this.#ledger.read(boot, this.#life.signal);
      if (!this.#reachable) this.#emit('reachable', 'the arbiter answers again');
      this.#reachable = true;
      this.#observation.note(snapshot.members, boot, this.#clock.monotonic());
      this.#members = snapshot.members.map(({ value }) => value);
      return snapshot;
    } catch (error) {
      // Blind for a while: how long the others have been silent is not known any more.
      this.#observation.restart();
      if (this.#reachable && !this.#life.signal.aborted)
        this.#emit('unreachable', error instanceof Error ? error.message : String(error));
      this.#reachable = false;
      return undefined;
    }
  }

  /** After a lost race: read again soon, but not in step with the one that won. */
  #again(): number {
    this.#mustRead = true;
    this.#conflicts = Math.min(this.#conflicts + 1, 10);
    return this.#clock.monotonic() + this.#random() * 3 * this.#conflicts;
  }

  // ------------------------------------------------------------------------------------------------ the others

  async #revokeSilent(boot: string): Promise<{ nextAt: number | undefined; revoked: boolean }> {
    const { others } = this.#observation;
    const now = this.#clock.monotonic();
    const { revoke, nextAt } = revocations({ now, me: boot, others, staggerMs: this.#timings.staggerMs });
    const outcomes = await Promise.all(revoke.map((one) => this.#revoke(one.boot, one.version, one.reason)));
    return { nextAt, revoked: outcomes.includes(true) };
  }

  async #revoke(target: string, version: Version, why: string): Promise<boolean> {
    const record = this.#members.find((member) => member.boot === target)!;
    const value: MemberRecord = { ...record, state: 'revoked', reason: `${why}, says ${this.#options.pod}` };
    try {
      const written = await this.#call((signal) => this.#arbiter.swap(memberKey(target), value, version, signal));
      if (written === undefined) return false;
      this.#members = this.#members.map((member) => (member.boot === target ? value : member));
      this.#observation.replace(target, value, written, this.#clock.monotonic());
      this.#counts.revoked++;
      this.#emit('revoked', why, { target });
      return true;
    } catch {
      this.#observation.restart();
      return false;
    }
  }

  /** Writes what is asked for and gives holders to what has none. Resolves to when there is more to do. */
  async #place(boot: string, joinedAt: number, revoked: boolean): Promise<number | 'again'> {
    const now = this.#clock.monotonic();
    const quietUntil = this.#ledger.quietUntil;
    const facts = this.#facts(boot, now >= quietUntil);
    let due = Infinity;
    if (!facts.mayPlace) due = Math.min(due, quietUntil);
    if (!facts.gathered) due = Math.min(due, joinedAt + this.#timings.gatherMs);
    const seen = this.#seen(facts);
    if (this.#ledger.waiting === 0 && seen === this.#nothingToWrite) return due;

    let { mayPlace } = facts;
    if (this.#ledger.plan(facts).moves.some((move) => move.by === 'failover' || move.by === 'start')) {
      const turnAt = (this.#wantedSince ??= now) + (revoked ? 0 : this.#rank(boot, now)) * this.#timings.staggerMs;
      mayPlace = now >= turnAt;
      if (!mayPlace) due = Math.min(due, turnAt);
    } else this.#wantedSince = undefined;

    const outcome = await this.#ledger.write({ ...facts, mayPlace }, this.#life.signal);
    if (outcome === 'conflict' || outcome === 'unknown') return 'again';
    this.#conflicts = 0;
    if (outcome === 'written') this.#wantedSince = undefined;
    else if (mayPlace === facts.mayPlace) this.#nothingToWrite = seen;
    return due;
  }

  #seen(facts: Omit<AssignFacts, 'assignment' | 'requests'>): string {
    const members = this.#members.map((member) => `${member.boot} ${member.state}`);
    return [this.#ledger.copy!.version, facts.mayPlace, facts.gathered, ...members].join(' ');
  }

  /** Place among those that would act as well. */
  #rank(boot: string, now: number): number {
    const live = this.#observation.others.filter(
      ({ since, record }) => record.state !== 'revoked' && now - since < record.leaseMs,
    );
    return rankAmong(
      boot,
      live.map(({ record }) => record.boot),
    );
  }

  #facts(boot: string, mayPlace: boolean): Omit<AssignFacts, 'assignment' | 'requests'> {
    const active = this.#members.filter((member) => member.state === 'active');
    const me = this.#members.find((member) => member.boot === boot)!;
    const draining = this.#stopping !== undefined;
    return {
      members: draining ? this.#members.map((one) => (one === me ? { ...me, state: 'draining' } : one)) : this.#members,
      me,
      offer: this.#offer,
      mayPlace,
      gathered:
        active.length >= (this.#options.expect ?? Infinity) ||
        this.#clock.monotonic() - (this.#membership?.joinedAt ?? 0) >= this.#timings.gatherMs,
      wall: this.#clock.wall(),
    };
  }

  /** Gives one artifact away when this member has too much. */
  #balance(boot: string): number {
    const { rebalanceMs, stopLimitMs } = this.#timings;
    const sinceLastMs = this.#clock.monotonic() - this.#ledger.rebalancedAt;
    if (sinceLastMs < rebalanceMs) return this.#ledger.rebalancedAt + rebalanceMs;
    if (this.#stopping || !this.#holdings.settled) return Infinity;
    const seen = this.#seen(this.#facts(boot, true));
    if (seen === this.#nothingToBalance) return Infinity;
    const assignment = this.#ledger.copy!.value;
    const move = rebalance({ assignment, members: this.#members, me: boot, sinceLastMs, rebalanceMs });
    if (move) void this.#holdings.give(move.artifact, 'rebalance', move.reason, stopLimitMs, move.to);
    else this.#nothingToBalance = seen;
    return Infinity;
  }

  /** Deletes revoked leases that nothing refers to. Nobody waits for it, so only one member does. */
  async #sweep(boot: string): Promise<void> {
    if (this.#rank(boot, this.#clock.monotonic()) > 0) return;
    const entries = Object.values(this.#ledger.copy!.value.artifacts);
    for (const { record, version } of this.#observation.others) {
      if (record.state !== 'revoked' || entries.some((entry) => entry.holder === record.boot)) continue;
      await this.#call((signal) => this.#arbiter.remove(memberKey(record.boot), version, signal)).catch(() => false);
    }
  }

  #call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#clock, this.#timings.requestMs, this.#life.signal, ask);
  }

  #emit(type: CoordinationEvent['type'], reason: string, more: Partial<CoordinationEvent> = {}): void {
    const { pod, onEvent } = this.#options;
    const about = more.artifact ?? (more.target && podOf(more.target));
    const level = ['lost', 'suspended', 'unreachable', 'failed'].includes(type) ? 'WARN' : 'INFO';
    this.#log.log(level, `${type.toUpperCase()} ${about ? `${about} by ` : ''}${pod}: ${reason}`, { ...more });
    onEvent?.({ type, time: this.#clock.wall(), pod, boot: this.boot, reason, ...more });
  }
}

function offerOf(artifacts: readonly Runnable[]): Offer {
  const sorted = artifacts.toSorted((a, b) => compareText(a.key, b.key));
  return Object.fromEntries(
    sorted.map(({ key, weight, pins }) => {
      return [key, { ...(weight !== undefined && { weight }), ...(pins && pins.length > 0 && { pins }) }];
    }),
  );
}
