import type { Clock } from '../clock.ts';
import type { Standing } from '../engine/ports.ts';
import type { Logger } from '../log.ts';

export interface ReconnectOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly standing: Standing;
  readonly log: Logger;
  /** "amqp://broker:5672", without a password: begins the reason that is shown. */
  readonly server: string;
  /** Milliseconds before the second attempt; doubled with each further one. */
  readonly firstMs?: number;
  readonly longestMs?: number;
  /** 0 to 1. */
  readonly random?: () => number;
  /** An error as a sentence for people; undefined: its message. */
  readonly explain?: (error: unknown) => string | undefined;
}

/**
 * Runs a session with a server again and again until the signal aborts: for ever, with back-off and jitter, so that
 * replicas do not all come back at the same moment. A session calls `established` when it can work, and rejects when it
 * cannot go on; one that resolves has ended because the signal aborted.
 */
export async function keepConnected(
  session: (established: () => void, signal: AbortSignal) => Promise<void>,
  options: ReconnectOptions,
): Promise<void> {
  const { signal, clock, standing, server, firstMs = 500, longestMs = 30_000, random = Math.random } = options;
  let waitMs = firstMs;
  const established = (): void => {
    waitMs = firstMs;
    standing.running();
  };
  while (!signal.aborted) {
    try {
      await session(established, signal);
    } catch (error) {
      if (isAborted(signal)) return;
      const said = options.explain?.(error) ?? (error instanceof Error ? error.message : String(error));
      standing.waiting(`${server}: ${said}`);
      options.log.debug(`${server} is tried again in about ${waitMs} ms`);
      await clock.sleep(waitMs * (0.5 + random() / 2), signal).catch(() => {});
      waitMs = Math.min(longestMs, waitMs * 2);
    }
  }
}

/** A function of its own: the compiler would take the signal for one that never aborts. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
