import type { Clock } from '../../clock.ts';
import type { Arbiter } from '../arbiter.ts';
import { Lease } from '../lease.ts';
import { whyGiveUp } from './give-up.ts';
import type { FromThread, ToThread } from './messages.ts';
import type { Timings } from '../timings.ts';
import { SharedTime } from './shared-time.ts';

export interface RenewerOptions {
  readonly arbiter: Arbiter;
  /** Must count from the same origin as that of the main thread. */
  readonly clock: Clock;
  /** To the main thread. */
  readonly tell: (message: FromThread) => void;
  readonly mainAliveAt: SharedTime;
  readonly onClose: () => void;
}

interface Kept {
  readonly lease: Lease;
  readonly until: SharedTime;
}

/**
 * The renewal thread's work: keeps the leases that the main thread asks for, which is one, or two while one ends and
 * the next begins.
 */
export class Renewer {
  readonly #options: RenewerOptions;
  readonly #kept = new Map<string, Kept>();
  /** Monotonic milliseconds. */
  #awakeAt: number;

  constructor(options: RenewerOptions) {
    this.#options = options;
    this.#awakeAt = options.clock.monotonic();
  }

  /** A message of the main thread. */
  hear(message: ToThread): void {
    if (message.type === 'close') return this.#options.onClose();
    if (message.type === 'keep') return this.#keep(message);
    const lease = this.#kept.get(message.boot)?.lease;
    switch (message.type) {
      case 'claim':
        void this.#claim(lease, message);
        break;
      case 'drop':
        lease?.dropClaim(message.artifact);
        break;
      case 'keepClaims':
        lease?.keepClaims(message.tokens, message.inherited);
        break;
      case 'follow':
        lease?.follow(message.origin);
        break;
      case 'drain':
        lease?.drain();
        break;
      case 'release':
        void this.#release(message.boot, message.reason);
        break;
      default:
    }
  }

  #keep({ boot, record, timings, until: memory }: Extract<ToThread, { type: 'keep' }>): void {
    const { arbiter, clock } = this.#options;
    const until = new SharedTime(memory);
    const lease = new Lease({
      arbiter,
      clock,
      timings,
      record,
      onAwake: () => this.#goesOn(boot, timings),
      // The shared time first: when main hears of a renewal, what it may do has changed already.
      onRenewal: (decision, latencyMs) => {
        if (decision.next === 'extend') until.set(decision.validUntil);
        else if (decision.next === 'rejoin') until.set(-Infinity);
        this.#options.tell({ type: 'renewal', boot, decision, latencyMs });
      },
    });
    this.#kept.set(boot, { lease, until });
    this.#awakeAt = clock.monotonic();
    lease.start();
  }

  /** Asked after every wait of a lease. */
  #goesOn(boot: string, { leaseMs, marginMs, stallMs }: Timings): boolean {
    const { lease, until } = this.#kept.get(boot)!;
    const now = this.#options.clock.monotonic();
    const mainAliveAt = this.#options.mainAliveAt.get();
    const { validUntil } = lease;
    const trustMs = leaseMs - marginMs;
    const reason = whyGiveUp({ now, awakeAt: this.#awakeAt, mainAliveAt, validUntil, trustMs, stallMs });
    this.#awakeAt = now;
    if (reason === undefined) return true;
    until.set(-Infinity);
    this.#options.tell({ type: 'over', boot, reason });
    // Main may not wake for long: the others are told from here. That main asks for the same later does no harm.
    void lease.release(`its own process ended it: ${reason}`, new AbortController().signal).catch(() => {});
    return false;
  }

  async #claim(lease: Lease | undefined, message: Extract<ToThread, { type: 'claim' }>): Promise<void> {
    const { boot, id, artifact, fire } = message;
    const granted = (await lease?.claim(artifact, fire)) ?? false;
    this.#options.tell({ type: 'claimed', boot, id, artifact, fire, granted });
  }

  async #release(boot: string, reason: string): Promise<void> {
    const kept = this.#kept.get(boot);
    kept?.until.set(-Infinity);
    try {
      // It keeps its own time limit, and does not outlive the thread.
      await kept?.lease.release(reason, new AbortController().signal);
      this.#options.tell({ type: 'released', boot });
    } catch (error) {
      this.#options.tell({ type: 'released', boot, error: error instanceof Error ? error.message : String(error) });
    }
    this.#kept.delete(boot);
  }
}
