/** All in milliseconds. The defaults are for the Kubernetes arbiter and the embedded one alike. */
export interface Timings {
  /** From one renewal's start to the next. */
  readonly renewMs: number;
  /** Longest wait for any answer of the arbiter. */
  readonly requestMs: number;
  /** Unchanged for that long, a member may be revoked. */
  readonly leaseMs: number;
  /**
   * A member stops trusting its lease that much earlier than others may revoke it. It covers clocks that run at
   * different rates (up to marginMs / leaseMs) and the time to stop.
   */
  readonly marginMs: number;
  /** Longest time between two reads of everything. */
  readonly pollMs: number;
  /** Members act one after another, that far apart, so that they seldom collide. */
  readonly staggerMs: number;
  /** Work is evened out when the members have been the same for that long. */
  readonly settleMs: number;
  /** In the long run renewals that claim runs are at least that far apart; 0 where a write costs nothing. */
  readonly claimSpacingMs: number;
  /** What nobody has held yet waits that long for more members to come, unless as many as expected are there. */
  readonly gatherMs: number;
  /** How long an artifact may take to stop when it is moved; then its term ends and it moves nevertheless. */
  readonly stopLimitMs: number;
  /** Where a thread renews the lease: the main loop may stand still for that long before the lease is given up. */
  readonly stallMs: number;
  /** Where members promise each other: who answers must have been the same for that long before a record names them. */
  readonly calmMs: number;
  /** So long after its last accepted write a member goes on by promises alone. It writes four times as often. */
  readonly outageMs: number;
}

export const defaultTimings: Timings = {
  renewMs: 300,
  requestMs: 350,
  leaseMs: 1_200,
  marginMs: 300,
  pollMs: 100,
  staggerMs: 100,
  settleMs: 1_000,
  claimSpacingMs: 0,
  gatherMs: 300,
  stopLimitMs: 10_000,
  stallMs: 10_000,
  calmMs: 1_000,
  outageMs: 900_000,
};

/** What is wrong with these timings, one sentence each; empty when they are sound. */
export function problemsOf(timings: Timings): string[] {
  const { renewMs, leaseMs, marginMs, requestMs, pollMs } = timings;
  const problems: string[] = [];
  for (const [name, value] of Object.entries(timings) as [string, number][])
    if (!Number.isFinite(value) || value < 0) problems.push(`${name} must be a number of milliseconds, not ${value}.`);
  if (leaseMs < 3 * renewMs) problems.push(`leaseMs (${leaseMs}) must be at least three times renewMs (${renewMs}).`);
  if (marginMs * 10 < leaseMs)
    problems.push(`marginMs (${marginMs}) must be at least a tenth of leaseMs (${leaseMs}).`);
  if (leaseMs - marginMs < renewMs + requestMs)
    problems.push('One lost renewal would end the lease: leaseMs - marginMs must be at least renewMs + requestMs.');
  if (pollMs + requestMs >= leaseMs - marginMs)
    problems.push(
      'pollMs + requestMs must be less than leaseMs - marginMs, or a slow answer looks like a stopped process.',
    );
  return problems;
}
