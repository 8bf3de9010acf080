/**
 * What the main thread and the renewal thread tell each other. A lease is named by its boot id.
 *
 *   main -> thread   workerData    { aliveAt }   once, when the thread starts
 *                    reach         where the arbiter is, before anything else; the thread may start before that is known
 *                    keep          a lease is wanted: join with this record and renew it
 *                    claim         a scheduled run is to be claimed; `id` names the question
 *                    drop          nobody waits for the artifact's claim any more
 *                    keepClaims    see LeaseKeeper.keepClaims
 *                    follow        main goes by the assignment of that origin
 *                    drain         takes nothing new
 *                    release       end the lease and tell the others: see LeaseKeeper.release
 *                    close         no lease is kept any more
 *   thread -> main   renewal       every decision about a renewal
 *                    claimed       the answer to a claim
 *                    over          the thread has ended the lease by itself
 *                    released      the answer to release; with `error` when the arbiter could not be told
 *                    log           a line for the log
 *                    closed        the answer to close
 *
 * Two times travel in shared memory instead, because they must be true at the instant they are read (shared-time.ts):
 *   until     of each lease, in `keep`: the thread writes up to when its process may act
 *   aliveAt   the main thread writes when it last had a turn
 */
import type { RenewalDecision } from '../decide/renew.ts';
import type { LogLevel } from '../../log.ts';
import type { ArbiterContext } from '../open-arbiter.ts';
import type { Fire, Fires, MemberRecord } from '../records.ts';
import type { Timings } from '../timings.ts';

/** Where the thread finds the arbiter: it shares no connection with the main thread. */
export type ArbiterPlace =
  /** A pipe that whoever started this process gave it, with an arbiter served at its other end. */
  | { readonly at: 'pipe'; readonly fd: number }
  /** An address of openArbiter. */
  | { readonly at: 'address'; readonly address: string; readonly context: Omit<ArbiterContext, 'log'> };

/** What the thread is started with. */
export interface ThreadData {
  readonly aliveAt: SharedArrayBuffer;
}

/** Plain data, so that it can cross. What a link between members is to be made of belongs here as well. */
export interface Reach {
  readonly type: 'reach';
  readonly arbiter: ArbiterPlace;
}

export type ToThread =
  | {
      readonly type: 'keep';
      readonly boot: string;
      readonly record: MemberRecord;
      readonly timings: Timings;
      readonly until: SharedArrayBuffer;
    }
  | {
      readonly type: 'claim';
      readonly boot: string;
      readonly id: number;
      readonly artifact: string;
      readonly fire: Fire;
    }
  | { readonly type: 'drop'; readonly boot: string; readonly artifact: string }
  | {
      readonly type: 'keepClaims';
      readonly boot: string;
      readonly tokens: ReadonlyMap<string, number>;
      readonly inherited: Fires;
    }
  | { readonly type: 'follow'; readonly boot: string; readonly origin: string }
  | { readonly type: 'drain'; readonly boot: string }
  | { readonly type: 'release'; readonly boot: string; readonly reason: string }
  | { readonly type: 'close' };

export type FromThread =
  | { readonly type: 'renewal'; readonly boot: string; readonly decision: RenewalDecision; readonly latencyMs: number }
  | {
      readonly type: 'claimed';
      readonly boot: string;
      readonly id: number;
      readonly artifact: string;
      readonly fire: Fire;
      readonly granted: boolean;
    }
  | { readonly type: 'over'; readonly boot: string; readonly reason: string }
  | { readonly type: 'released'; readonly boot: string; readonly error?: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string }
  | { readonly type: 'closed' };
