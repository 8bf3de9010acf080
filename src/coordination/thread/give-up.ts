import { standing } from '../decide/self-stop.ts';

export interface StallFacts {
  /** Monotonic milliseconds of the process. */
  readonly now: number;
  /** When the renewal thread last had a turn. */
  readonly awakeAt: number;
  /** When the main thread last had one. */
  readonly mainAliveAt: number;
  readonly validUntil: number;
  /** As in StandingFacts. */
  readonly trustMs: number;
  readonly stallMs: number;
}

/**
 * Why the renewal thread must give the lease up; undefined when it may go on. When the whole process was stopped, what it
 * knows is old. When only the main thread stands still, nobody works for the artifacts, however well the lease is kept.
 */
export function whyGiveUp(facts: StallFacts): string | undefined {
  const { state, reason } = standing(facts);
  if (state === 'overslept') return reason;
  const stalledMs = facts.now - facts.mainAliveAt;
  if (stalledMs <= facts.stallMs) return undefined;
  return `its main thread has stood still for ${Math.round(stalledMs)} ms`;
}
