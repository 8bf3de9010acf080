import { systemClock, type Clock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { silentLogger, type Logger } from '../log.ts';
import type { Arbiter } from './arbiter.ts';
import { settledWithin } from './deadline.ts';
import { newestRun } from './decide/claim.ts';
import { compareText, podOf } from './decide/names.ts';
import type { RenewalDecision, RenewalFacts } from './decide/renew.ts';
import type { CoordinationEvent, MemberCounts, MemberStatus } from './events.ts';
import type { Runnable } from './holding.ts';
import { Holdings } from './holdings.ts';
import { Ledger } from './ledger.ts';
import type { KeepLease } from './lease.ts';
import { Membership } from './membership.ts';
import type { PeerLink } from './peers/link.ts';
import { Peers } from './peers/peers.ts';
import type { Offer, OfferedArtifact, Switched, Switches } from './records.ts';
import { Rounds } from './rounds.ts';
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
  /** What is said of which artifact may work, whenever it changes; at first nothing is said. */
  readonly onSwitches?: (switches: Switches) => void;
  /** Every renewal: whether it was accepted, and how long its answer took. */
  readonly onRenewal?: (accepted: boolean, latencyMs: number) => void;
  /** Who renews the lease; the process's own event loop when left out. */
  readonly keepLease?: KeepLease | undefined;
  /** Where given, members promise each other not to revoke, and need the arbiter for changes only: peers/README.md. */
  readonly peers?: { readonly link: PeerLink; readonly deployment: string } | undefined;
  /** Replaced only where the checker of the invariants is itself under test. */
  readonly rules?: { readonly afterRenewal?: (facts: RenewalFacts) => RenewalDecision };
}

/**
 * One process's part in deciding who holds what. It joins, renews its lease, watches the others, and runs the artifacts
 * that the assignment gives it, each with a term. README.md tells the protocol; decide/ holds its rules.
 */
export class Member implements AsyncDisposable {
  readonly #options: MemberOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #timings: Timings;
  readonly #ledger: Ledger;
  readonly #holdings: Holdings;
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
    claimsGranted: 0,
    claimsRefused: 0,
  };
  readonly #started = Promise.withResolvers<void>();
  #membership: Membership | undefined;
  #rounds: Rounds | undefined;
  #peers: Peers | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = (options.log ?? silentLogger).named('Coordination');
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#ledger = new Ledger(options.arbiter, this.#clock, this.#timings);
    this.#holdings = new Holdings({
      pod: options.pod,
      runnables: options.artifacts,
      ledger: this.#ledger,
      clock: this.#clock,
      stopLimitMs: this.#timings.stopLimitMs,
      lease: {
        isValid: (boot) => this.#membership?.isValid(boot) ?? false,
        claimed: (artifact) => this.#membership?.claimed(artifact),
        claim: async (boot, artifact, fire) => this.#membership?.claim(boot, artifact, fire) ?? false,
        dropClaim: (artifact) => this.#membership?.dropClaim(artifact),
        keepClaims: (tokens, inherited) => this.#membership?.keepClaims(tokens, inherited),
      },
      onAsked: () => this.#rounds?.nudge(false),
      onEvent: (type, artifact, token, reason, endedAt) => {
        if (type !== 'failed') this.#counts[type]++;
        const by = type === 'acquired' ? this.#ledger.copy?.value.artifacts[artifact]?.by : undefined;
        const more = { ...(by !== undefined && { by }), ...(endedAt !== undefined && { endedAt }) };
        this.#emit(type, reason, { artifact, token, ...more });
      },
      onClaim: (granted) => this.#counts[granted ? 'claimsGranted' : 'claimsRefused']++,
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
    if (!this.#membership) this.#join();
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

  /** Says for all members whether that artifact may work; resolves when it is written, whenever that is. */
  say(artifact: string, to: Switched): Promise<void> {
    return new Promise((resolve) => {
      this.#ledger.ask({ kind: 'switch', artifact, to }, () => resolve());
      this.#rounds?.nudge(false);
    });
  }

  status(): MemberStatus {
    const { pod, node } = this.#options;
    const state = this.#membership?.state ?? 'joining';
    const runsOf = (artifact: string): number => {
      const entry = this.#ledger.copy?.value.artifacts[artifact];
      return entry ? newestRun(entry, this.#membership?.claimed(artifact)).runs : 0;
    };
    const live = (this.#rounds?.members ?? []).filter((member) => member.state !== 'revoked');
    return {
      pod,
      node,
      boot: this.boot,
      state: state === 'ended' ? 'stopped' : this.#stopping ? 'draining' : state,
      validForMs: Math.round(this.#membership?.validForMs ?? 0),
      holding: this.#holdings.list().map(({ artifact, term: { token } }) => {
        const entry = this.#ledger.copy?.value.artifacts[artifact];
        const came = entry?.token === token && { by: entry.by, reason: entry.reason, since: entry.at };
        return { artifact, token, runs: runsOf(artifact), ...came };
      }),
      members: live.map(({ pod: name, node: on, boot, state: as }) => ({ pod: name, node: on, boot, state: as })),
      counts: { ...this.#counts },
    };
  }

  #join(): void {
    const { arbiter, pod, node, artifacts, expect, rules } = this.#options;
    const random = this.#options.random ?? Math.random;
    const offer = offerOf(artifacts);
    if (this.#options.peers)
      this.#peers = new Peers({ ...this.#options.peers, clock: this.#clock, timings: this.#timings });
    const peers = this.#peers;
    const shared = { peers, arbiter, clock: this.#clock, timings: this.#timings, random, pod };
    this.#membership = new Membership({
      ...shared,
      node,
      offer: digestOf([JSON.stringify(offer)]).slice(0, 16),
      decide: rules?.afterRenewal,
      keepLease: this.#options.keepLease,
      onActing: (how) => {
        if (how === 'resumed') this.#emit('resumed', 'its lease was renewed before anyone revoked it');
        else this.#emit(this.#counts.rejoins > 0 ? 'rejoined' : 'joined', `as ${this.boot}`);
        this.#started.resolve();
        this.#rounds?.nudge(true);
      },
      onSuspended: (reason) => {
        this.#emit('suspended', reason);
        this.#holdings.loseAll(reason);
      },
      onOver: (reason) => {
        this.#counts.rejoins++;
        this.#log.warn(`REJOIN ${pod} starts over: ${reason}`);
        this.#holdings.loseAll(reason);
        this.#rounds?.forgetAges();
      },
      onBlind: () => this.#rounds?.forgetAges(),
      onRenewal: (decision, latencyMs) => this.#countRenewal(decision, latencyMs),
    });
    this.#rounds = new Rounds({
      ...shared,
      log: this.#log,
      offer,
      expect: expect ?? Infinity,
      membership: this.#membership,
      ledger: this.#ledger,
      holdings: this.#holdings,
      onSwitches: (switches) => this.#options.onSwitches?.(switches),
      onDeclined: (artifact, reason) => this.#emit('declined', reason, { artifact }),
      onRevoked: (target, reason) => {
        this.#counts.revoked++;
        this.#emit('revoked', reason, { target });
      },
      onReachable: (reachable, reason) => this.#emit(reachable ? 'reachable' : 'unreachable', reason),
    });
  }

  async #stop(deadlineMs: number): Promise<void> {
    const membership = this.#membership;
    if (!membership) return;
    this.#rounds?.close();
    membership.drain();
    const limitMs = Math.max(0, deadlineMs - this.#timings.requestMs);
    const given = this.#holdings.giveAll(`${this.#options.pod} stops`, limitMs);
    await settledWithin(this.#clock, deadlineMs, given);
    this.#holdings.loseAll('it could not be handed over in time');
    await membership.end();
    await this.#rounds?.end();
    this.#peers?.close();
    this.#started.resolve();
    this.#emit('left', 'it was stopped');
  }

  #countRenewal(decision: RenewalDecision, latencyMs: number): void {
    this.#options.onRenewal?.(decision.next === 'extend', latencyMs);
    if (decision.next === 'extend') {
      this.#counts.renewals++;
      this.#counts.renewLatencyMs = latencyMs;
      this.#counts.worstRenewLatencyMs = Math.max(latencyMs, this.#counts.worstRenewLatencyMs);
    } else {
      this.#counts.failedRenewals++;
      this.#log.debug(`RENEWAL_FAILED ${decision.reason}`);
    }
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
    sorted.map(({ key, weight, pins, group, apart }) => {
      const asked: OfferedArtifact = {
        ...(weight !== undefined && { weight }),
        ...(pins && pins.length > 0 && { pins }),
        ...(group !== undefined && { group }),
        ...(apart && apart.length > 0 && { apart }),
      };
      return [key, asked];
    }),
  );
}
