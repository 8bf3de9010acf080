import { systemClock } from '../../clock.ts';
import { settledWithin } from '../../coordination/deadline.ts';
import type { Singleton, Term } from '../../engine/ports.ts';
import type { Logger } from '../../log.ts';

/** What every replica runs for itself. */
export interface OwnWork {
  /** Finishes what is in hand, and is gone at the deadline in any case. */
  stop(deadlineMs: number): Promise<void>;
}

/** Runs as long as the process does, without anybody's leave. */
export function startOwnWork(singletons: readonly Singleton[], log: Logger): OwnWork {
  const life = new AbortController();
  const running = singletons.map((singleton) =>
    singleton.run(ownTerm(singleton.key, life.signal)).catch((error: unknown) => log.error(String(error))),
  );
  return {
    async stop(deadlineMs) {
      life.abort(new DOMException('the replica stops', 'AbortError'));
      await settledWithin(systemClock, deadlineMs, Promise.all(running));
    },
  };
}

/**
 * What is bound to this replica's memory, so that no one else can take it: it goes on until the last request that may
 * feed it is answered. The rest, shared by a protocol's own means, is left to the others at once.
 */
export function isBoundToMemory({ key }: Singleton): boolean {
  return key.startsWith('messageProcessor/');
}

/** For what nobody else can take. */
export function ownTerm(artifact: string, signal: AbortSignal): Term {
  return {
    artifact,
    token: 0,
    signal,
    valid: () => true,
    assert: () => {},
    lastFire: undefined,
    runs: 0,
    claim: async () => true,
  };
}
