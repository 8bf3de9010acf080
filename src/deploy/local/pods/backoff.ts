/**
 * How long until a replica that ended is started again. Pure. The first restart is immediate, since most crashes are
 * single events and every second counts; a replica that keeps ending is slowed down so that it does not eat the machine.
 *
 *   failures in a row   1   2     3    4    5    6    7     8 and more
 *   wait                0   0.5s  1s   2s   4s   8s   16s   30s
 */
export const stableMs = 10_000;
const firstMs = 500;
const longestMs = 30_000;

export function restartDelayMs(failuresInARow: number): number {
  if (failuresInARow <= 1) return 0;
  return Math.min(longestMs, firstMs * 2 ** Math.min(failuresInARow - 2, 20));
}

/** A replica that had been ready for ten seconds begins a new row. */
export function failuresAfter(failuresInARow: number, readyForMs: number | undefined): number {
  return readyForMs !== undefined && readyForMs >= stableMs ? 1 : failuresInARow + 1;
}
