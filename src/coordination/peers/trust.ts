import type { Clock } from '../../clock.ts';
import {
  goodUntil,
  knownToAll,
  othersWaitMs,
  whomToName,
  type PeerPromise,
  type PossibleRecord,
} from '../decide/trust.ts';
import type { Fires, MemberRecord, Trust } from '../records.ts';
import type { Timings } from '../timings.ts';

export interface TrustOptions {
  readonly boot: string;
  readonly clock: Clock;
  readonly timings: Timings;
  /** What the next record is to say was claimed. */
  readonly fires: () => Fires | undefined;
  /** Sends a question; the answer comes to `promised`. */
  readonly ask: (to: string, seq: number, fires: Fires | undefined) => void;
  /** A promise came. */
  readonly onPromise: () => void;
  /** The record is to be written soon. */
  readonly onWrite: () => void;
}

interface Question {
  readonly to: string;
  readonly seq: number;
  readonly sentAt: number;
  readonly fires: Fires | undefined;
}

interface SentRecord extends PossibleRecord {
  readonly beat: number;
}

/** One lease's side of the promises: whom its record names, what they said, and so up to when it is good. */
export class TrustKeeper {
  readonly #options: TrustOptions;
  readonly #promises = new Map<string, PeerPromise & { readonly seq: number }>();
  readonly #timers = new Set<() => void>();
  #known: SentRecord | undefined;
  #unknown: SentRecord[] = [];
  #open: Question[] = [];
  #seq = 0;
  #peers: readonly string[] = [];
  #reachable = false;
  /** Who answers, and since when it is the same ones, own monotonic milliseconds. */
  #answering: readonly string[] = [];
  #calmSince: number;
  /** Since when looks show another record than the one known here; they may be at a copy that is a little old. */
  #doubtSince: number | undefined;

  constructor(options: TrustOptions) {
    this.#options = options;
    this.#calmSince = options.clock.monotonic();
    this.#tick();
  }

  /** Own monotonic milliseconds. */
  get validUntil(): number {
    return goodUntil(this.#standing, this.#promises, this.#options.timings);
  }

  /** Whether the record names peers, so that renewing it is not needed. */
  get relies(): boolean {
    return this.#unknown.length === 0 && this.#named !== undefined;
  }

  /** When the record is to be written again, when nothing else asks for it. */
  get writeAt(): number {
    const { renewMs, outageMs } = this.#options.timings;
    return (this.#known?.sentAt ?? -Infinity) + (this.relies ? outageMs / 4 : renewMs);
  }

  /** What the next record is to say. */
  say(): Trust | undefined {
    const by = this.#toName();
    return by && { by, othersMs: othersWaitMs(this.#options.timings) };
  }

  /** A record is on its way to the arbiter; nobody knows yet what becomes of it. */
  sent({ trust, fires, beat }: MemberRecord, sentAt: number): void {
    // Of two that say the same, the older one is what the validity has to count from.
    const same = JSON.stringify([trust, fires]);
    if (!this.#unknown.some((one) => JSON.stringify([one.trust, one.fires]) === same))
      this.#unknown.push({ sentAt, trust, fires, beat });
  }

  /** That record is the one the arbiter has; all others that were sent before can replace nothing any more. */
  learned({ trust, fires, beat }: MemberRecord): void {
    const written = this.#unknown.find((one) => one.beat === beat) ?? this.#known;
    this.#known = { sentAt: written?.sentAt ?? -Infinity, trust, fires, beat };
    this.#unknown = [];
    this.#doubtSince = undefined;
  }

  /** Of these claims the ones that everyone knows who may revoke. */
  known(fires: Fires): Fires {
    return knownToAll(fires, this.#standing, this.#promises);
  }

  /** The newest look: who could be asked, and the record of this lease. */
  note(peers: readonly string[], own: MemberRecord | undefined): void {
    const { clock, timings, onWrite } = this.#options;
    this.#reachable = true;
    this.#peers = peers;
    for (const boot of this.#promises.keys()) if (!this.#asked.includes(boot)) this.#promises.delete(boot);
    const now = clock.monotonic();
    if (own && own.beat >= (this.#known?.beat ?? Infinity)) this.#doubtSince = undefined;
    else this.#doubtSince ??= now;
    // Deleted, or replaced by a stand-in: a lease that relied on promises would not notice.
    if (this.relies && now - (this.#doubtSince ?? now) >= 2 * timings.pollMs) onWrite();
    this.#look();
  }

  unreachable(): void {
    this.#reachable = false;
  }

  /** Tells the peers at once: there is a claim. */
  tell(): void {
    const { clock, timings, ask, fires } = this.#options;
    const sentAt = clock.monotonic();
    this.#open = this.#open.filter((question) => sentAt - question.sentAt < timings.leaseMs);
    const told = fires();
    for (const to of this.#asked) {
      const question = { to, seq: ++this.#seq, sentAt, fires: told };
      this.#open.push(question);
      ask(to, question.seq, told);
    }
  }

  promised(from: string, seq: number): void {
    const question = this.#open.find((one) => one.to === from && one.seq === seq);
    if (!question || (this.#promises.get(from)?.seq ?? 0) > seq) return;
    this.#promises.set(from, { askedAt: question.sentAt, fires: question.fires, seq });
    this.#look();
    this.#options.onPromise();
  }

  end(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  get #standing(): SentRecord[] {
    return this.#known ? [this.#known, ...this.#unknown] : [];
  }

  /** A stand-in names nobody; that is not meant to last. */
  get #named(): readonly string[] | undefined {
    const by = this.#known?.trust?.by ?? [];
    return by.length > 0 ? by : undefined;
  }

  get #asked(): readonly string[] {
    return [...new Set([...this.#peers, ...this.#standing.flatMap(({ trust }) => trust?.by ?? [])])];
  }

  /** Asks everyone, and looks again when the answers should have come. */
  #tick(): void {
    const { timings } = this.#options;
    this.tell();
    this.#after(timings.requestMs, () => this.#look());
    this.#after(timings.renewMs, () => this.#tick());
  }

  #after(ms: number, what: () => void): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(cancel);
      what();
    });
    this.#timers.add(cancel);
  }

  /** Who answers now; and whether the record should say something else than it does. */
  #look(): void {
    const { clock, timings, onWrite } = this.#options;
    const now = clock.monotonic();
    const freshMs = timings.renewMs + timings.requestMs;
    const answering = this.#peers
      .filter((boot) => now - (this.#promises.get(boot)?.askedAt ?? -Infinity) < freshMs)
      .toSorted();
    if (answering.join() !== this.#answering.join()) this.#calmSince = now;
    this.#answering = answering;
    if (!this.#reachable || this.#unknown.length > 0 || !this.#known) return;
    if (this.#toName()?.join() !== this.#named?.join()) onWrite();
  }

  #toName(): readonly string[] | undefined {
    const { clock, timings } = this.#options;
    // A write whose outcome stays unknown may cost the promises of those named now.
    if (!this.#reachable) return this.#named;
    return whomToName({
      named: this.#named,
      peers: this.#peers,
      answering: this.#answering,
      calmForMs: clock.monotonic() - this.#calmSince,
      calmMs: timings.calmMs,
    });
  }
}
