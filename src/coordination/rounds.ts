import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Arbiter, Snapshot, Version } from './arbiter.ts';
import { withDeadline } from './deadline.ts';
import { podOf } from './decide/names.ts';
import { rankAmong, revocations, revokedRecord, silentAt } from './decide/revoke.ts';
import { othersWaitMs } from './decide/trust.ts';
import { Giving } from './giving.ts';
import type { Holdings } from './holdings.ts';
import type { Ledger, WriteFacts } from './ledger.ts';
import type { Membership } from './membership.ts';
import { Observation } from './observation.ts';
import type { Peers } from './peers/peers.ts';
import { memberKey, type MemberRecord, type Offer, type Switches } from './records.ts';
import type { Timings } from './timings.ts';

export interface RoundsOptions {
  readonly arbiter: Arbiter;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly timings: Timings;
  readonly pod: string;
  readonly offer: Offer;
  /** With that many members there, nothing waits for more. */
  readonly expect: number;
  readonly membership: Membership;
  readonly ledger: Ledger;
  readonly holdings: Holdings;
  readonly peers?: Peers | undefined;
  readonly onDeclined: (artifact: string, reason: string) => void;
  /** What is said of which artifact may work has changed. */
  readonly onSwitches: (switches: Switches) => void;
  readonly onRevoked: (target: string, reason: string) => void;
  readonly onReachable: (reachable: boolean, reason: string) => void;
}

/**
 * One member's rounds: it reads everything, ends the leases of the silent, gives holders to what has none, starts and
 * stops what the assignment says, and evens out. A round is due every pollMs and whenever there is news; only one at a
 * time touches the assignment.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #arbiter: Arbiter;
  readonly #clock: Clock;
  readonly #timings: Timings;
  readonly #ledger: Ledger;
  readonly #holdings: Holdings;
  readonly #observation = new Observation();
  readonly #giving: Giving;
  readonly #life = new AbortController();
  readonly #loop: Promise<void>;
  #members: readonly MemberRecord[] = [];
  #closing = false;
  /** Own monotonic milliseconds. */
  #pollAt = 0;
  /** When the last look said that something is due, own monotonic milliseconds. */
  #dueAt = Infinity;
  #wantedSince: number | undefined;
  #mustRead = false;
  #conflicts = 0;
  #reachable = true;
  /** What was looked at when nothing was found to do: while it is the same, there still is not. */
  #nothingToWrite = '';
  #wake: (() => void) | undefined;
  #woken = false;
  #switchesSeen = '{}';
  /** The version of the assignment they were looked for in. */
  #switchesOf: Version | undefined;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#arbiter = options.arbiter;
    this.#clock = options.clock;
    this.#timings = options.timings;
    this.#ledger = options.ledger;
    this.#holdings = options.holdings;
    const { clock, timings, pod, ledger, holdings, onDeclined } = options;
    this.#giving = new Giving({ clock, timings, pod, ledger, holdings, onDeclined });
    this.#loop = this.#run(options.membership);
  }

  /** All members of the last round, the revoked ones too. */
  get members(): readonly MemberRecord[] {
    return this.#members;
  }

  /** A round soon; with `read`, one that reads first. */
  nudge(read: boolean): void {
    if (read) this.#mustRead = true;
    this.#woken = true;
    this.#wake?.();
  }

  /** This member takes nothing any more. */
  close(): void {
    this.#closing = true;
  }

  /** How long the others have been silent is not known any more. */
  forgetAges(): void {
    this.#observation.restart();
  }

  async end(): Promise<void> {
    this.#life.abort(new DOMException('stopped', 'AbortError'));
    this.nudge(false);
    await this.#loop;
  }

  async #run(membership: Membership): Promise<void> {
    const unwatch = this.#arbiter.watch(() => this.nudge(true));
    while (!this.#life.signal.aborted) {
      let nextAt = Infinity;
      try {
        if (membership.awake()) nextAt = await this.#turn(membership);
        this.#dueAt = nextAt;
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#options.log.error(`INTERNAL coordination: ${text}`);
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

  /** One look at everything and what follows from it. Resolves to when the next one is due at the latest. */
  async #turn(membership: Membership): Promise<number> {
    const { boot } = membership;
    const sentAt = this.#clock.monotonic();
    const goesOn = (): boolean => membership.boot === boot && membership.awake() && membership.state === 'acting';

    const known = this.#ledger.trusted && this.#members.some((member) => member.boot === boot);
    const lookAt = Math.min(this.#pollAt, this.#dueAt);
    if (known && !this.#mustRead && sentAt < lookAt && membership.state === 'acting') {
      if (this.#ledger.waiting === 0) return lookAt;
      const outcome = await this.#ledger.write(this.#facts(boot, false), this.#life.signal);
      if (!goesOn()) return lookAt;
      if (outcome === 'conflict' || outcome === 'unknown') return this.#again();
      this.#conflicts = 0;
      this.#holdings.reconcile(boot);
      return lookAt;
    }

    this.#mustRead = false;
    this.#pollAt = sentAt + this.#timings.pollMs;
    const snapshot = await this.#read(boot);
    if (!snapshot || !goesOn()) return this.#pollAt;
    const own = snapshot.members.find(({ value }) => value.boot === boot)?.value;
    // The copy this came from may not have it yet; if the lease is really gone, its next renewal tells.
    if (!own) return this.#again();
    if (own.state === 'revoked') {
      membership.startOver(`its lease was revoked: ${own.reason ?? 'no reason given'}`);
      return this.#pollAt;
    }
    if (!this.#ledger.copy) return this.#again();
    await this.#standIn();
    const look = await this.#revokeSilent(boot);
    if (!goesOn()) return this.#pollAt;
    const placed = await this.#place(boot, membership.joinedAt, look.revoked);
    if (!goesOn()) return this.#pollAt;
    if (placed === 'again') return this.#again();
    this.#holdings.reconcile(boot);
    membership.follow(this.#ledger.copy.value.origin);
    const givenAt = this.#closing ? Infinity : this.#giving.give(boot, this.#members);
    if (!this.#closing) this.#holdings.takeRuns();
    this.#noteSwitches();
    await this.#sweep(boot);
    return Math.min(look.nextAt ?? Infinity, placed, givenAt);
  }

  #noteSwitches(): void {
    const { copy } = this.#ledger;
    if (copy === undefined || copy.version === this.#switchesOf) return;
    this.#switchesOf = copy.version;
    const switches = copy.value.switches ?? {};
    const seen = JSON.stringify(switches);
    if (seen === this.#switchesSeen) return;
    this.#switchesSeen = seen;
    this.#options.onSwitches(switches);
  }

  async #read(boot: string): Promise<Snapshot | undefined> {
    try {
      const snapshot = await this.#ledger.read(boot, this.#life.signal);
      if (!this.#reachable) this.#options.onReachable(true, 'the arbiter answers again');
      this.#reachable = true;
      const entries = Object.values(this.#ledger.copy?.value.artifacts ?? {});
      const holders = new Set(entries.flatMap(({ holder }) => holder ?? []));
      this.#observation.note(snapshot.members, holders, boot, this.#clock.monotonic());
      const there = new Set(snapshot.members.map(({ value }) => value.boot));
      // A live record that goes away was deleted by someone: its process may still act.
      if (this.#members.some(({ state, boot: other }) => state !== 'revoked' && !there.has(other)))
        this.#ledger.restartQuiet();
      this.#members = snapshot.members.map(({ value }) => value);
      this.#options.peers?.note(this.#members);
      this.#giving.note(this.#members);
      return snapshot;
    } catch (error) {
      // Blind for a while: how long the others have been silent is not known any more.
      this.#observation.restart();
      this.#options.peers?.unreachable();
      if (this.#reachable && !this.#life.signal.aborted)
        this.#options.onReachable(false, error instanceof Error ? error.message : String(error));
      this.#reachable = false;
      return undefined;
    }
  }

  /** After a lost race: read again soon, but not in step with the others; the more there are, the wider apart. */
  #again(): number {
    this.#mustRead = true;
    this.#conflicts = Math.min(this.#conflicts + 1, 10);
    const crowd = Math.max(1, this.#members.length / 4);
    return this.#clock.monotonic() + this.#options.random() * 3 * this.#conflicts * crowd;
  }

  // ------------------------------------------------------------------------------------------------ the others

  async #revokeSilent(boot: string): Promise<{ nextAt: number | undefined; revoked: boolean }> {
    const { others } = this.#observation;
    const now = this.#clock.monotonic();
    const { revoke, nextAt } = revocations({
      now,
      me: boot,
      others,
      staggerMs: this.#timings.staggerMs,
      peers: this.#options.peers,
    });
    const outcomes = await Promise.all(revoke.map((one) => this.#revoke(one.boot, one.version, one.reason)));
    return { nextAt, revoked: outcomes.includes(true) };
  }

  async #revoke(target: string, version: Version, why: string): Promise<boolean> {
    const record = this.#members.find((member) => member.boot === target)!;
    const { peers, pod } = this.#options;
    // Before the write, which may take any time: it is not asked for promises in vain, nor does it get one.
    peers?.promises.refuse(record);
    const value = revokedRecord(record, `${why}, says ${pod}`, peers?.toldTo(record));
    try {
      const written = await this.#call((signal) => this.#arbiter.swap(memberKey(target), value, version, signal));
      if (written === undefined) return false;
      this.#members = this.#members.map((member) => (member.boot === target ? value : member));
      this.#observation.replace(target, value, written, this.#clock.monotonic());
      this.#options.onRevoked(target, why);
      return true;
    } catch {
      this.#observation.restart();
      return false;
    }
  }

  /**
   * Puts records in the place of those that someone deleted though their processes hold something. Not at the first
   * look, which may be at a copy that does not have them yet.
   */
  async #standIn(): Promise<void> {
    const { leaseMs, pollMs } = this.#timings;
    for (const boot of this.#observation.missing(this.#clock.monotonic(), 2 * pollMs)) {
      const record: MemberRecord = {
        v: 1,
        boot,
        pod: podOf(boot),
        node: '',
        state: 'active',
        beat: 0,
        leaseMs,
        offer: '',
        joinedAt: this.#clock.wall(),
        firesUnknown: true,
        // Its process may act on promises and not renew for long: it must not look silent.
        ...(this.#options.peers && { trust: { by: [], othersMs: othersWaitMs(this.#timings) } }),
      };
      await this.#call((signal) => this.#arbiter.swap(memberKey(boot), record, undefined, signal)).catch(() => {});
      this.#mustRead = true;
    }
  }

  /** Writes what is asked for and gives holders to what has none. Resolves to when there is more to do. */
  async #place(boot: string, joinedAt: number, revoked: boolean): Promise<number | 'again'> {
    const now = this.#clock.monotonic();
    const quietUntil = this.#ledger.quietUntil;
    const facts = this.#facts(boot, now >= quietUntil && this.#allFollow());
    let due = Infinity;
    if (!facts.mayPlace) due = Math.min(due, quietUntil);
    if (!facts.gathered) due = Math.min(due, joinedAt + this.#timings.gatherMs);
    const seen = this.#seen(facts);
    if (this.#ledger.waiting === 0 && seen === this.#nothingToWrite && !this.#ledger.isFloating()) return due;

    let { mayPlace } = facts;
    if (mayPlace && this.#ledger.hasOrphans(facts)) {
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

  #seen(facts: WriteFacts): string {
    const members = facts.members.map((member) => `${member.boot} ${member.state}`);
    return [this.#ledger.copy!.version, facts.mayPlace, facts.gathered, ...members].join(' ');
  }

  /** Place among those that would act as well. */
  #rank(boot: string, now: number): number {
    const { peers } = this.#options;
    const live = this.#observation.others.filter((one) => one.record.state !== 'revoked' && now < silentAt(one, peers));
    return rankAmong(
      boot,
      live.map(({ record }) => record.boot),
    );
  }

  /** Whether nobody may still act on what an assignment before this one said. */
  #allFollow(): boolean {
    const { origin, quietMs } = this.#ledger.copy!.value;
    return quietMs === 0 || this.#members.every((member) => member.state === 'revoked' || member.follows === origin);
  }

  #facts(boot: string, mayPlace: boolean): WriteFacts {
    const now = this.#clock.monotonic();
    const active = this.#members.filter((member) => member.state === 'active');
    const me = this.#members.find((member) => member.boot === boot)!;
    const doubtful = this.#observation.doubtful(now, 2 * this.#timings.renewMs);
    const takesNothing = (one: MemberRecord): boolean => (one === me ? this.#closing : doubtful.has(one.boot));
    return {
      // Nothing new goes to a member that leaves, nor to one that may have died together with the one whose artifacts
      // are to be placed.
      members: this.#members.map((one) =>
        one.state === 'active' && takesNothing(one) ? { ...one, state: 'draining' } : one,
      ),
      me,
      offer: this.#options.offer,
      mayPlace,
      gathered:
        active.length >= this.#options.expect || now - this.#options.membership.joinedAt >= this.#timings.gatherMs,
      wall: this.#clock.wall(),
    };
  }

  /**
   * Deletes revoked leases that nothing refers to. Nobody waits for it, so only one member does. While something has no
   * entry yet, what they say of its runs may still be needed.
   */
  async #sweep(boot: string): Promise<void> {
    if (this.#rank(boot, this.#clock.monotonic()) > 0) return;
    const { artifacts, offers, quietMs } = this.#ledger.copy!.value;
    const isComplete = Object.values(offers).every((offer) => Object.keys(offer).every((key) => artifacts[key]));
    if (quietMs > 0 || !isComplete) return;
    const entries = Object.values(artifacts);
    const now = this.#clock.monotonic();
    for (const { record, version, since } of this.#observation.others) {
      if (record.state !== 'revoked' || entries.some((entry) => entry.holder === record.boot)) continue;
      // Someone who has not seen yet that it is revoked may be about to give it something.
      if (now - since < this.#timings.leaseMs) continue;
      await this.#call((signal) => this.#arbiter.remove(memberKey(record.boot), version, signal)).catch(() => false);
    }
  }

  #call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#clock, this.#timings.requestMs, this.#life.signal, ask);
  }
}
