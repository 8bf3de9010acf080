import type { Clock } from '../clock.ts';
import type { Arbiter } from './arbiter.ts';
import type { RenewalDecision, RenewalFacts } from './decide/renew.ts';
import { standing, type Standing } from './decide/self-stop.ts';
import type { Peers } from './peers/peers.ts';
import { Lease, type KeepLease, type LeaseKeeper } from './lease.ts';
import type { Fire, Fires, MemberRecord } from './records.ts';
import type { Timings } from './timings.ts';

export interface MembershipOptions {
  readonly arbiter: Arbiter;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly random: () => number;
  readonly pod: string;
  readonly node: string;
  readonly offer: string;
  readonly decide: ((facts: RenewalFacts) => RenewalDecision) | undefined;
  /** Undefined: renewed on this loop. */
  readonly keepLease: KeepLease | undefined;
  /** Promises are exchanged on this loop, and so is the lease renewed then. */
  readonly peers?: Peers | undefined;
  /** It has a lease under a new boot id, or its old one again. */
  readonly onActing: (how: 'joined' | 'resumed') => void;
  /** The lease ran out; it may be renewed yet. Nothing is valid when this is called. */
  readonly onSuspended: (reason: string) => void;
  /** The lease is over and a new one is sought. Nothing is valid when this is called. */
  readonly onOver: (reason: string) => void;
  /** This process did not run for a while and kept its lease; what it was just doing rests on an old view of the others. */
  readonly onBlind: () => void;
  readonly onRenewal: (decision: RenewalDecision, latencyMs: number) => void;
}

/** This process's place among the members: one lease after another, each under a boot id of its own. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #life = new AbortController();
  #state: 'joining' | 'acting' | 'suspended' | 'ended' = 'joining';
  #lease: LeaseKeeper;
  #draining = false;
  #origin: string | undefined;
  /** Own monotonic milliseconds. */
  #awakeAt: number;
  #joinedAt = 0;
  #cancelSelfStop: (() => void) | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#awakeAt = options.clock.monotonic();
    this.#lease = this.#newLease();
    this.#lease.start();
  }

  get boot(): string {
    return this.#lease.boot;
  }

  get state(): 'joining' | 'acting' | 'suspended' | 'ended' {
    return this.#state;
  }

  /** When the present lease was first heard to be accepted, own monotonic milliseconds. */
  get joinedAt(): number {
    return this.#joinedAt;
  }

  get validForMs(): number {
    return Math.max(0, this.#lease.validUntil - this.#options.clock.monotonic());
  }

  /** The check before every effect: whether the lease of that boot id is good at this instant. */
  isValid(boot: string): boolean {
    return this.#lease.boot === boot && this.#options.clock.monotonic() < this.#lease.validUntil;
  }

  /** The newest run of that artifact that the present lease's record says was claimed. */
  claimed(artifact: string): Fire | undefined {
    return this.#lease.claimed(artifact);
  }

  /** Claims a run by a renewal of the lease of that boot id. */
  claim(boot: string, artifact: string, fire: Fire): Promise<boolean> {
    return this.#lease.boot === boot ? this.#lease.claim(artifact, fire) : Promise.resolve(false);
  }

  dropClaim(artifact: string): void {
    this.#lease.dropClaim(artifact);
  }

  keepClaims(tokens: ReadonlyMap<string, number>, inherited: Fires): void {
    this.#lease.keepClaims(tokens, inherited);
  }

  /** This process goes by the assignment of that origin, and has let go of what an older one gave it. */
  follow(origin: string): void {
    this.#origin = origin;
    this.#lease.follow(origin);
  }

  /**
   * To be called after every wait. False when this process did not run for so long that what it was doing must not go on.
   *
   * Where the renewals depend on this loop it then starts over. A thread that renewed meanwhile is a better witness: the
   * newest assignment seen here may be old, but its entries for this boot id are not. Only their holder, or someone who
   * first revoked its lease, may give them to another; and where an assignment replaced a lost one, nothing is placed
   * before each live member follows it, which this loop says only after a look. What it knew of the others is old.
   */
  awake(): boolean {
    const { state, reason } = this.#standing();
    this.#awakeAt = this.#options.clock.monotonic();
    if (state !== 'overslept') return true;
    if (this.#lease.renewedBy === 'a thread') this.#options.onBlind();
    else this.startOver(reason);
    return false;
  }

  /** Everything known is taken as false: a new boot id, and nothing held. */
  startOver(reason: string): void {
    const old = this.#lease;
    old.end();
    this.#cancelSelfStop?.();
    if (this.#state === 'ended') return;
    this.#state = 'joining';
    this.#options.onOver(reason);
    // Nothing is held under the old boot id any more; once its record says so nobody needs to wait for it.
    void old.release(`its own process ended it: ${reason}`, this.#life.signal).catch(() => {});
    if (this.#draining) return;
    this.#lease = this.#newLease();
    this.#lease.start();
  }

  drain(): void {
    this.#draining = true;
    this.#lease.drain();
  }

  /** Ends the lease, or gives up when the arbiter does not answer; others then revoke it. */
  async end(): Promise<void> {
    this.#state = 'ended';
    await this.#lease.release('it was stopped', this.#life.signal).catch(() => {});
    this.#cancelSelfStop?.();
    this.#life.abort(new DOMException('stopped', 'AbortError'));
  }

  #newLease(): LeaseKeeper {
    const { arbiter, clock, timings, pod, node, offer, decide, keepLease, peers } = this.#options;
    const record: MemberRecord = {
      v: 1,
      boot: `${pod}.${this.#hex()}${this.#hex()}`,
      pod,
      node,
      state: 'active',
      beat: 0,
      leaseMs: timings.leaseMs,
      offer,
      joinedAt: clock.wall(),
      ...(this.#origin !== undefined && { follows: this.#origin }),
      ...(peers && { peer: peers.address }),
    };
    const keep: KeepLease = (!peers && keepLease) || ((options) => new Lease(options));
    const lease = keep({
      arbiter,
      clock,
      timings,
      record,
      decide,
      peers,
      onAwake: () => this.#lease === lease && this.awake(),
      onOver: (reason) => {
        if (this.#lease === lease) this.startOver(reason);
      },
      onRenewal: (decision, latencyMs) => this.#renewed(decision, latencyMs),
    });
    return lease;
  }

  #hex(): string {
    return Math.floor(this.#options.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }

  #renewed(decision: RenewalDecision, latencyMs: number): void {
    this.#options.onRenewal(decision, latencyMs);
    if (decision.next === 'rejoin') return this.startOver(decision.reason);
    if (decision.next !== 'extend' || this.#state === 'ended') return;
    this.#armSelfStop();
    if (this.#state === 'acting' || !this.isValid(this.boot)) return;
    const how = this.#state === 'joining' ? 'joined' : 'resumed';
    this.#state = 'acting';
    if (how === 'joined') this.#joinedAt = this.#options.clock.monotonic();
    this.#options.onActing(how);
  }

  #armSelfStop(): void {
    this.#cancelSelfStop?.();
    this.#cancelSelfStop = this.#options.clock.after(this.validForMs, () => {
      this.awake();
      if (this.#state !== 'acting') return;
      const { state, reason } = this.#standing();
      if (state === 'acting') return this.#armSelfStop();
      this.#state = 'suspended';
      this.#options.onSuspended(reason);
    });
  }

  #standing(): Standing {
    const { clock, timings } = this.#options;
    const { validUntil } = this.#lease;
    const trustMs = timings.leaseMs - timings.marginMs;
    return standing({ now: clock.monotonic(), awakeAt: this.#awakeAt, validUntil, trustMs });
  }
}
