import type { Clock } from '../clock.ts';
import type { Term } from './ports.ts';

/** Milliseconds between looks. */
const lookMs = 50;

/**
 * Whether the term holds: at once, or when a renewal that came late has made it valid again. Until then nobody knows, and
 * nothing may be acknowledged or given up. False when it is lost; `lost` says so to whoever hears of it before the term does.
 */
export function stillHeld(term: Term, clock: Clock, lost?: AbortSignal): boolean | Promise<boolean> {
  // Asked for every message: as a rule there is nothing to wait for.
  if (lost?.aborted) return false;
  return term.valid() || heldAgain(term, clock, lost);
}

async function heldAgain(term: Term, clock: Clock, lost: AbortSignal | undefined): Promise<boolean> {
  for (;;) {
    // It was handed over, and has ended since.
    if (term.signal.aborted) return false;
    await clock.sleep(lookMs, lost).catch(() => {});
    if (lost?.aborted) return false;
    if (term.valid()) return true;
  }
}
