import { Fault } from '../../errors.ts';

/** Reads a stream to its end. Faults BODY_TOO_LARGE beyond `limit` bytes, RECEIVE_FAILED when it breaks. */
export async function readStream(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let seen = 0;
  const iterator = stream[Symbol.asyncIterator]();
  const aborted = signal && abortOf(signal);
  let ended = false;
  try {
    for (;;) {
      const next = iterator.next();
      const { done, value } = await (aborted ? Promise.race([next, aborted.promise]) : next);
      if (done) {
        ended = true;
        break;
      }
      seen += value.length;
      if (seen > limit) throw new Fault('BODY_TOO_LARGE', { detail: { limit, seen } });
      chunks.push(value);
    }
  } catch (error) {
    if (signal?.aborted) throw Fault.from(signal.reason);
    throw Fault.from(error, 'RECEIVE_FAILED');
  } finally {
    aborted?.forget();
    // Tells the source that nobody reads on; not awaited, because a source that hangs would hang us.
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, seen);
}

function abortOf(signal: AbortSignal): { promise: Promise<never>; forget: () => void } {
  let forget = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    forget = () => signal.removeEventListener('abort', onAbort);
  });
  // The race may be over before the abort; nobody listens then.
  promise.catch(() => {});
  return { promise, forget };
}
