/**
 * Which message of a resequence store is next. Pure: numbers in, decision out.
 *
 * Sequence numbers begin at 1. The next message is the one after the last that was taken. What comes late, with a number
 * already passed, goes at once: keeping it would lose it. A gap is waited for as long as the store allows; then the
 * lowest number that is there goes.
 */
export interface OrderFacts {
  /** Number of the last message that was taken; 0 when none was. */
  readonly last: number;
  /** Lowest number that waits; undefined: nothing waits. */
  readonly lowest: number | undefined;
  /** How long this gap is known, milliseconds. */
  readonly gapMs: number;
  /** Undefined: for ever. */
  readonly timeoutMs: number | undefined;
}

export function isNext({ last, lowest, gapMs, timeoutMs }: OrderFacts): boolean {
  if (lowest === undefined) return false;
  if (lowest <= last + 1) return true;
  return timeoutMs !== undefined && gapMs >= timeoutMs;
}
