import type { Clock } from '../clock.ts';

/**
 * Runs a call with a signal of its own that aborts after `ms`, and rejects then even when the call ignores it.
 * Whatever the call still answers later is dropped.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const inner = new AbortController();
  const given = Promise.withResolvers<never>();
  const giveUp = (reason: unknown): void => {
    inner.abort(reason);
    given.reject(reason);
  };
  const onOuter = (): void => giveUp(outer.reason);
  const cancel = clock.after(ms, () => giveUp(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')));
  outer.addEventListener('abort', onOuter, { once: true });
  try {
    return await Promise.race([call(inner.signal), given.promise]);
  } finally {
    cancel();
    outer.removeEventListener('abort', onOuter);
  }
}

/** Waits for the end of some work, however it ends, but not longer than `ms`. */
export function settledWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<'settled' | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'settled' | 'late'>();
  const cancel = clock.after(ms, () => resolve('late'));
  const settled = (): void => {
    cancel();
    resolve('settled');
  };
  work.then(settled, settled);
  return promise;
}
