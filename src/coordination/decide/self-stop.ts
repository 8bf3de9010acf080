export interface StandingFacts {
  /** Own monotonic milliseconds. */
  readonly now: number;
  /** When this process last had a turn. */
  readonly awakeAt: number;
  readonly validUntil: number;
  /** leaseMs - marginMs: longest time without a turn after which a process may still believe what it knew before. */
  readonly trustMs: number;
}

/**
 * - acting: may act
 * - suspended: the lease could not be renewed in time; nothing may be done until it is. It may still be kept
 * - overslept: this process did not run for so long that it must take everything it knew as false
 */
export interface Standing {
  readonly state: 'acting' | 'suspended' | 'overslept';
  readonly reason: string;
}

export function standing(facts: StandingFacts): Standing {
  const asleep = facts.now - facts.awakeAt;
  if (asleep > facts.trustMs) return { state: 'overslept', reason: `it did not run for ${Math.round(asleep)} ms` };
  const late = facts.now - facts.validUntil;
  if (late >= 0) return { state: 'suspended', reason: 'its lease could not be renewed in time' };
  return { state: 'acting', reason: `its lease is good for ${Math.round(-late)} ms` };
}
