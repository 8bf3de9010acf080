import type { Clock } from '../clock.ts';

/**
 * Runs a call with a signal of its own that aborts after `ms`, and rejects then even when the call ignores it.
 * Whatever the call still answers later is dropped.
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (outer.aborted) return reject(outer.reason as Error);
    const inner = new AbortController();
    const give = (reason: unknown): void => {
      done();
      inner.abort(reason);
      reject(reason as Error);
    };
    const onOuter = (): void => give(outer.reason);
    const cancel = clock.after(ms, () => give(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')));
    const done = (): void => {
      cancel();
      outer.removeEventListener('abort', onOuter);
    };
    outer.addEventListener('abort', onOuter, { once: true });
    call(inner.signal).then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error as Error);
      },
    );
  });
}
