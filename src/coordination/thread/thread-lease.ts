import { withDeadline } from '../deadline.ts';
import type { LeaseKeeper, LeaseOptions } from '../lease.ts';
import { keepRuns } from '../claims.ts';
import { memberKey, type Fire, type Fires, type MemberRecord } from '../records.ts';
import { revokeNow } from '../revoke-now.ts';
import type { FromThread, ToThread } from './messages.ts';
import { SharedTime } from './shared-time.ts';

interface Waiting {
  readonly id: number;
  readonly settle: (granted: boolean) => void;
}

/** A lease that the renewal thread keeps, as the main thread sees it. */
export class ThreadLease implements LeaseKeeper {
  readonly renewedBy = 'a thread';
  readonly #options: LeaseOptions;
  readonly #until = new SharedTime();
  readonly #onStart: (lease: ThreadLease) => void;
  /** What the record says was claimed, as far as the thread told. */
  readonly #claimed = new Map<string, Fire>();
  readonly #waiting = new Map<string, Waiting>();
  /** Answers to release; undefined once there can be none. */
  readonly #released = Promise.withResolvers<string | undefined>();
  /** What it is to be given to the thread with. */
  #record: MemberRecord;
  #send: ((message: ToThread) => void) | undefined;
  #ended = false;
  #claims = 0;

  /** `onStart`: it wants to be given to the thread, as soon as there is one. */
  constructor(options: LeaseOptions, onStart: (lease: ThreadLease) => void) {
    this.#options = options;
    this.#record = options.record;
    this.#onStart = onStart;
  }

  get boot(): string {
    return this.#options.record.boot;
  }

  get validUntil(): number {
    return this.#ended ? -Infinity : this.#until.get();
  }

  start(): void {
    this.#onStart(this);
  }

  /** A thread is there: from now on it keeps this lease. */
  give(send: (message: ToThread) => void): void {
    if (this.#ended) return;
    this.#send = send;
    const { timings } = this.#options;
    send({ type: 'keep', boot: this.boot, record: this.#record, timings, until: this.#until.memory });
  }

  claimed(artifact: string): Fire | undefined {
    return this.#claimed.get(artifact);
  }

  claim(artifact: string, fire: Fire): Promise<boolean> {
    this.#settle(artifact, false);
    if (this.#ended || !this.#send) return Promise.resolve(false);
    const id = ++this.#claims;
    this.#send({ type: 'claim', boot: this.boot, id, artifact, fire });
    return new Promise((settle) => this.#waiting.set(artifact, { id, settle }));
  }

  dropClaim(artifact: string): void {
    if (!this.#settle(artifact, false)) return;
    this.#send?.({ type: 'drop', boot: this.boot, artifact });
  }

  keepClaims(tokens: ReadonlyMap<string, number>, inherited: Fires): void {
    if (keepRuns(this.#claimed, tokens, inherited))
      this.#send?.({ type: 'keepClaims', boot: this.boot, tokens, inherited });
  }

  follow(origin: string): void {
    if (this.#record.follows === origin) return;
    this.#record = { ...this.#record, follows: origin };
    this.#send?.({ type: 'follow', boot: this.boot, origin });
  }

  drain(): void {
    this.#record = { ...this.#record, state: 'draining' };
    this.#send?.({ type: 'drain', boot: this.boot });
  }

  end(): void {
    this.#ended = true;
    for (const artifact of this.#waiting.keys()) this.#settle(artifact, false);
  }

  async release(reason: string, signal: AbortSignal): Promise<void> {
    this.end();
    if (!this.#send) return;
    this.#send({ type: 'release', boot: this.boot, reason });
    const { clock, timings } = this.#options;
    // The thread has its own time limit for the arbiter; twice that long, and it is the thread that does not answer.
    const error = await withDeadline(clock, 2 * timings.requestMs, signal, () => this.#released.promise);
    if (error !== undefined) throw new Error(error);
  }

  hear(message: Exclude<FromThread, { type: 'log' | 'closed' }>): void {
    switch (message.type) {
      case 'renewal':
        if (!this.#ended) this.#options.onRenewal(message.decision, message.latencyMs);
        break;
      case 'claimed':
        // Also when nobody waits for it any more: the record says that it was claimed, and a later claim must go on
        // from there.
        if (message.granted) this.#claimed.set(message.artifact, message.fire);
        if (this.#waiting.get(message.artifact)?.id === message.id) this.#settle(message.artifact, message.granted);
        break;
      case 'over':
        if (!this.#ended) this.#options.onOver(message.reason);
        break;
      case 'released':
        this.#released.resolve(message.error);
        break;
      default:
    }
  }

  /** The thread that kept it is no more. That is certain, so its record is revoked from here. */
  abandon(reason: string): void {
    const { arbiter, clock, timings, onOver } = this.#options;
    const wasEnded = this.#ended;
    this.end();
    this.#until.set(-Infinity);
    this.#send = undefined;
    const revoked = withDeadline(clock, timings.requestMs, new AbortController().signal, (signal) =>
      revokeNow(arbiter, this.boot, `its own process ended it: ${reason}`, signal),
    );
    revoked.then(
      () => this.#released.resolve(undefined),
      (error: unknown) => this.#released.resolve(`${memberKey(this.boot)} could not be revoked: ${String(error)}`),
    );
    if (!wasEnded) onOver(reason);
  }

  #settle(artifact: string, granted: boolean): boolean {
    const waiting = this.#waiting.get(artifact);
    this.#waiting.delete(artifact);
    waiting?.settle(granted);
    return waiting !== undefined;
  }
}
