import type { Clock } from '../clock.ts';
import type { Arbiter, Version } from './arbiter.ts';
import { Claims } from './claims.ts';
import { withDeadline } from './deadline.ts';
import { afterRenewal, type RenewalDecision, type RenewalFacts, type RenewalResult } from './decide/renew.ts';
import { Pace } from './pace.ts';
import type { Peers } from './peers/peers.ts';
import type { TrustKeeper } from './peers/trust.ts';
import { memberKey, type Fire, type Fires, type MemberRecord } from './records.ts';
import type { Timings } from './timings.ts';

/**
 * What a member needs of whoever keeps its lease alive. The one below renews on the process's own event loop; the one in
 * thread/ renews from a worker thread, and so survives a busy loop.
 */
export interface LeaseKeeper {
  readonly boot: string;
  /** Which loop must have turns for the lease to be renewed: the one that holds the artifacts, or another. */
  readonly renewedBy: 'this loop' | 'a thread';
  /** Own monotonic milliseconds up to which this process may act; -Infinity before the first accepted renewal. */
  readonly validUntil: number;
  start(): void;
  /** The newest run of that artifact that the record says was claimed. */
  claimed(artifact: string): Fire | undefined;
  /**
   * Claims a run by the next renewal: true once it is accepted, false when it cannot be any more. Waits while the
   * arbiter is silent.
   */
  claim(artifact: string, fire: Fire): Promise<boolean>;
  /** Nobody waits for that claim any more. */
  dropClaim(artifact: string): void;
  /** Tells from now on that this process goes by the assignment of that origin, and by no older one. */
  follow(origin: string): void;
  /**
   * The present tokens of all artifacts: claims under others need not be told any more. `inherited`: what was known of
   * the runs of those held here when they came; the record tells it too, in case the assignment is lost.
   */
  keepClaims(tokens: ReadonlyMap<string, number>, inherited: Fires): void;
  /** Shows from now on that this member takes nothing new. */
  drain(): void;
  /** Ends the lease at once on this side: nothing is valid any more. */
  end(): void;
  /**
   * Ends it and revokes its own record, so that others need not wait and learn of its claims. The record is never deleted
   * from here: somebody may be placing something with this process that does not know yet. Whoever sweeps deletes it.
   * Rejects when the arbiter cannot be reached.
   */
  release(reason: string, signal: AbortSignal): Promise<void>;
}

export interface LeaseOptions {
  readonly arbiter: Arbiter;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly record: MemberRecord;
  /** With whom this process exchanges promises; without, the lease is renewed all the time. */
  readonly peers?: Peers | undefined;
  /** Every decision about a renewal, and how long the answer took. */
  readonly onRenewal: (decision: RenewalDecision, latencyMs: number) => void;
  /** Called before each step that follows a wait; false says that the process overslept and the lease must not go on. */
  readonly onAwake: () => boolean;
  /** The lease ended without a renewal that said so. Not called by `Lease`, which asks onAwake. */
  readonly onOver: (reason: string) => void;
  /** Replaced only where the checker of the invariants is itself under test. */
  readonly decide?: ((facts: RenewalFacts) => RenewalDecision) | undefined;
}

/** Makes the keeper of one lease. */
export type KeepLease = (options: LeaseOptions) => LeaseKeeper;

/** That many claims may follow each other at once before they are spaced. */
const claimBurst = 4;

/**
 * Keeps one member record alive: one renewal at a time, each sent `renewMs` after the one before was, or earlier when a
 * run is to be claimed.
 */
export class Lease implements LeaseKeeper {
  readonly renewedBy = 'this loop';
  readonly #options: Omit<LeaseOptions, 'onOver'>;
  readonly #life = new AbortController();
  readonly #claims = new Claims();
  readonly #pace: Pace;
  readonly #trust: TrustKeeper | undefined;
  #record: MemberRecord;
  #version: Version | undefined;
  /** Beat of the newest renewal that is known to have been accepted; 0 before the first. */
  #acceptedBeat = 0;
  #validUntil = -Infinity;
  #hurry: (() => void) | undefined;
  /** Something must be told: the next renewal does not wait for its time. */
  #hurried = false;
  #loop: Promise<void> | undefined;

  constructor(options: Omit<LeaseOptions, 'onOver'>) {
    this.#options = options;
    this.#record = options.record;
    this.#pace = new Pace(options.timings.claimSpacingMs, claimBurst);
    this.#trust = options.peers?.trust({
      boot: options.record.boot,
      fires: () => this.#claims.next(),
      onPromise: () => this.#promised(),
      onWrite: () => this.#writeSoon(),
    });
  }

  get boot(): string {
    return this.#record.boot;
  }

  get validUntil(): number {
    return this.#life.signal.aborted ? -Infinity : (this.#trust?.validUntil ?? this.#validUntil);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  claimed(artifact: string): Fire | undefined {
    return this.#claims.of(artifact);
  }

  claim(artifact: string, fire: Fire): Promise<boolean> {
    const granted = this.#claims.ask(artifact, fire);
    this.#trust?.tell();
    this.#hurry?.();
    return granted;
  }

  dropClaim(artifact: string): void {
    this.#claims.drop(artifact);
  }

  keepClaims(tokens: ReadonlyMap<string, number>, inherited: Fires): void {
    this.#claims.keep(tokens, inherited);
  }

  follow(origin: string): void {
    if (this.#record.follows === origin) return;
    this.#record = { ...this.#record, follows: origin };
    this.#writeSoon();
  }

  drain(): void {
    this.#record = { ...this.#record, state: 'draining' };
    this.#writeSoon();
  }

  end(): void {
    this.#claims.end();
    this.#options.peers?.ended(this.boot);
    this.#life.abort(new DOMException('the lease has ended', 'AbortError'));
    this.#hurry?.();
  }

  async release(reason: string, signal: AbortSignal): Promise<void> {
    this.end();
    await this.#loop;
    // Nothing was ever sent: there is no record, and never will be.
    if (this.#record.beat === 0) return;
    const { arbiter, clock, timings } = this.#options;
    const key = memberKey(this.boot);
    const { trust: _, ...record } = this.#record;
    const last: MemberRecord = { ...record, state: 'revoked', reason, fires: this.#claims.accepted };
    await withDeadline(clock, timings.requestMs, signal, async (inner) => {
      if (this.#version !== undefined && (await arbiter.swap(key, last, this.#version, inner)) !== undefined) return;
      // The last renewal's answer never came, or someone else deleted the record: what was claimed must be known anyway.
      const found = await arbiter.read(key, inner);
      if (found?.value.state !== 'revoked') await arbiter.swap(key, last, found?.version, inner);
    });
  }

  async #run(): Promise<void> {
    const { clock, timings, onAwake, onRenewal } = this.#options;
    const { signal } = this.#life;
    while (!signal.aborted) {
      const sentAt = clock.monotonic();
      this.#pace.use(sentAt);
      this.#hurried = false;
      const result = await this.#renew();
      if (signal.aborted || !onAwake()) return;
      const answeredAt = clock.monotonic();
      const { leaseMs, marginMs, renewMs } = timings;
      const { validUntil } = this;
      const facts = { result, sentAt, answeredAt, validUntil, acceptedBeat: this.#acceptedBeat, leaseMs, marginMs };
      const decision = (this.#options.decide ?? afterRenewal)(facts);
      const stands = result.kind === 'accepted' ? this.#record : result.kind === 'conflict' && result.found?.value;
      if (stands) this.#trust?.learned(stands);
      let nextAt = this.#trust?.writeAt ?? sentAt + renewMs;
      if (decision.next === 'extend') {
        this.#version = decision.version;
        this.#acceptedBeat = this.#record.beat;
        this.#validUntil = decision.validUntil;
      } else if (decision.next === 'adopt') {
        this.#version = decision.version;
        this.#acceptedBeat = decision.beat;
        nextAt = answeredAt;
      } else if (decision.next === 'again') {
        nextAt = Math.max(answeredAt, sentAt + renewMs / 2);
      }
      onRenewal(decision, answeredAt - sentAt);
      if (decision.next === 'rejoin') return this.end();
      if (result.kind === 'accepted') this.#claims.taken(this.#record.fires);
      else if (result.kind === 'conflict') this.#claims.taken(result.found?.value.fires);
      // Where the arbiter did not answer, a claim waits as long as the renewal does.
      const claimsHurry = decision.next !== 'again';
      if (signal.aborted || !(await this.#pauseUntil(nextAt, claimsHurry))) return;
      if (!onAwake()) return;
    }
  }

  async #renew(): Promise<RenewalResult> {
    const { arbiter, clock, timings } = this.#options;
    const key = memberKey(this.boot);
    // A record is made once. Were it made again after an answer was lost, it could come back after others ended it.
    const mayHaveMade = this.#version === undefined && this.#record.beat > 0;
    const { fires: _, trust: __, ...record } = this.#record;
    const fires = this.#claims.next();
    const trust = this.#trust?.say();
    this.#record = { ...record, beat: record.beat + 1, ...(fires && { fires }), ...(trust && { trust }) };
    this.#trust?.sent(this.#record, clock.monotonic());
    try {
      return await withDeadline(clock, timings.requestMs, this.#life.signal, async (signal): Promise<RenewalResult> => {
        const version = mayHaveMade ? undefined : await arbiter.swap(key, this.#record, this.#version, signal);
        if (version !== undefined) return { kind: 'accepted', version };
        const found = await arbiter.read(key, signal);
        return { kind: 'conflict', found };
      });
    } catch (error) {
      return { kind: 'unknown', error: error instanceof Error ? error.message : String(error) };
    }
  }

  #writeSoon(): void {
    this.#hurried = true;
    this.#hurry?.();
  }

  /** A peer's promise makes the lease good for longer, or a claim known to all who must know it. */
  #promised(): void {
    const { clock, onAwake, onRenewal } = this.#options;
    if (this.#life.signal.aborted || !onAwake()) return;
    const claims = this.#claims.next();
    if (claims) this.#claims.taken(this.#trust!.known(claims));
    const { validUntil } = this;
    const now = clock.monotonic();
    const wasOver = this.#validUntil <= now;
    this.#validUntil = validUntil;
    if (wasOver && validUntil > now && this.#version !== undefined)
      onRenewal({ next: 'extend', version: this.#version, validUntil, reason: 'its peers promised' }, 0);
  }

  /** Earlier when there is something to tell. False when the lease ended meanwhile. */
  #pauseUntil(at: number, claimsHurry: boolean): Promise<boolean> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      let cancel = (): void => {};
      const look = (): void => {
        cancel();
        const now = clock.monotonic();
        const hurries = claimsHurry && !this.#trust?.relies && this.#claims.waiting;
        const due = this.#hurried ? now : hurries ? Math.min(at, this.#pace.nextAt) : at;
        if (!this.#life.signal.aborted && due > now) {
          cancel = clock.after(due - now, look);
          return;
        }
        this.#hurry = undefined;
        resolve(!this.#life.signal.aborted);
      };
      this.#hurry = look;
      look();
    });
  }
}
