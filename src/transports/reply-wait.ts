import type { Clock } from '../clock.ts';
import { Fault } from '../errors.ts';

/** Requests that wait for their answers, by correlation id. */
export class ReplyWait<T> {
  readonly #waiting = new Map<string, (reply: T) => void>();

  /** True when somebody waited for it. */
  arrived(correlation: string, reply: T): boolean {
    const take = this.#waiting.get(correlation);
    this.#waiting.delete(correlation);
    take?.(reply);
    return take !== undefined;
  }

  /** Faults CONNECTION_TIMEOUT. Begin to wait before the request is sent. */
  async forReply(
    correlation: string,
    { clock, timeoutMs, signal, place }: { clock: Clock; timeoutMs: number; signal: AbortSignal; place: string },
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.set(correlation, resolve);
    const cancel = clock.after(timeoutMs, () =>
      reject(
        new Fault('CONNECTION_TIMEOUT', {
          text: `No answer came at ${place} within ${timeoutMs} ms.`,
          retry: 'again',
        }),
      ),
    );
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(correlation);
    }
  }
}
