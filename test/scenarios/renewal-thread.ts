import type { KeepLease } from '../../src/coordination/lease.ts';
import type { Arbiter } from '../../src/coordination/arbiter.ts';
import type { Clock } from '../../src/clock.ts';
import { Renewer } from '../../src/coordination/thread/renewer.ts';
import { SharedTime } from '../../src/coordination/thread/shared-time.ts';
import { ThreadLease } from '../../src/coordination/thread/thread-lease.ts';
import type { FromThread, ToThread } from '../../src/coordination/thread/messages.ts';

export interface ThreadParts {
  readonly arbiter: Arbiter;
  readonly clock: Clock;
  readonly mainClock: Clock;
  /** Calls back later, when that thread has a turn. */
  inThread(callback: () => void): void;
  inMain(callback: () => void): void;
}

/**
 * What src/coordination/thread does between two threads, here in one and in virtual time: the thread has its turns also
 * while the main loop stands still.
 */
export function renewalThread({ arbiter, clock, mainClock, inThread, inMain }: ThreadParts): KeepLease {
  const leases = new Map<string, ThreadLease>();
  const aliveAt = new SharedTime();
  const sign = (): void => {
    aliveAt.set(mainClock.monotonic());
    mainClock.after(200, sign);
  };
  sign();
  const renewer = new Renewer({
    arbiter,
    clock,
    mainAliveAt: aliveAt,
    onClose: () => {},
    tell: (message: FromThread) => {
      const sent = structuredClone(message);
      inMain(() => {
        if (sent.type !== 'log' && sent.type !== 'closed') leases.get(sent.boot)?.hear(sent);
      });
    },
  });
  const send = (message: ToThread): void => {
    aliveAt.set(mainClock.monotonic());
    const sent = message.type === 'keep' ? message : structuredClone(message);
    inThread(() => renewer.hear(sent));
  };
  return (options) => {
    const lease = new ThreadLease(options, () => {
      leases.set(lease.boot, lease);
      lease.give(send);
    });
    return lease;
  };
}
