/** Rejects with what was waited for when it takes too long: a round that hangs must not keep the next one from running. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} took more than ${ms / 1_000} s`)), ms);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
