/** What is done to a deployment, and when: decided by the seed alone. */
import { lengthOf, weights, type Fault, type WantedFault } from './faults/fault.ts';
import { Random } from './random.ts';

export interface PlannedFault {
  /** Milliseconds since the plan began. */
  readonly atMs: number;
  readonly fault: Fault;
  /** - alone: nothing else happens until its effects are over, so that they can be measured
   *  - storm: others come before, during and after */
  readonly how: 'alone' | 'storm';
}

export interface Plan {
  readonly faults: readonly PlannedFault[];
  /** Times at which the last fault is so long ago that everything must be in order again. */
  readonly calms: readonly number[];
  readonly lengthMs: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly lengthMs: number;
  readonly slots: number;
  readonly artifacts: number;
  readonly perMinute: number;
  readonly wanted: readonly WantedFault[];
}

/** After a fault alone: longer than any failover takes, a restarted replica to join and work to be evened out. */
export const recoverMs = 2_800;
/** After a storm. */
export const calmMs = 5_000;
const aloneInARow = 4;
const stormMs = 10_000;

/** Rounds of a few single faults, a storm, and a calm. A low rate leaves out the storm. */
export function planFaults(options: PlanOptions): Plan {
  const { seed, lengthMs, slots, perMinute, wanted } = options;
  const random = new Random(seed);
  const faults: PlannedFault[] = [];
  const calms: number[] = [];
  let now = 0;
  if (wanted.length === 0) return { faults, calms: [lengthMs], lengthMs };
  while (now < lengthMs) {
    const roundBegan = now;
    for (let n = 0; n < aloneInARow && now < lengthMs; n++) {
      const fault = randomFault(random, options);
      faults.push({ atMs: now, fault, how: 'alone' });
      now += Math.round(lengthOf(fault, slots)) + recoverMs + random.between(0, 300);
    }
    const fullRoundMs = now - roundBegan + stormMs + 2 * calmMs;
    const inStorm = Math.round((perMinute * fullRoundMs) / 60_000) - aloneInARow;
    if (inStorm > 0 && now < lengthMs) now = storm(random, options, now, inStorm, faults);
    now += calmMs;
    calms.push(now);
  }
  return { faults, calms, lengthMs: now };
}

/** Resolves to when the last of its faults is over. */
function storm(random: Random, options: PlanOptions, from: number, count: number, faults: PlannedFault[]): number {
  const times = Array.from({ length: count }, () => from + random.between(0, stormMs)).toSorted((a, b) => a - b);
  let over = from;
  for (const atMs of times) {
    const fault = randomFault(random, options);
    faults.push({ atMs, fault, how: 'storm' });
    over = Math.max(over, atMs + lengthOf(fault, options.slots));
  }
  return over;
}

function randomFault(random: Random, { slots, artifacts, wanted }: PlanOptions): Fault {
  const { kind, forMs } = random.weighted(wanted.map((one) => [one, weights[one.kind]] as const));
  const slot = random.between(0, slots - 1);
  const lasting = (low: number, high: number): number => forMs ?? random.between(low, high);
  switch (kind) {
    case 'kill':
    case 'vanish':
    case 'stop':
      return { kind, slot, downMs: lasting(0, 2_000) };
    case 'pause':
      return { kind, slot, forMs: lasting(300, 5_000) };
    case 'cut':
    case 'lose':
      return { kind, slot, forMs: lasting(200, 4_000) };
    case 'drain':
      return { kind, slot, forMs: lasting(1_000, 4_000) };
    case 'slow':
      return { kind, slot, forMs: lasting(1_000, 4_000), delayMs: random.between(50, 300) };
    case 'clock':
      return {
        kind,
        slot,
        forMs: lasting(1_000, 4_000),
        byMs: random.weighted([-1, 1].map((sign) => [sign, 1])) * random.between(200, 6_000),
      };
    case 'freeze':
      return { kind, forMs: lasting(200, 5_000) };
    case 'hog':
      return { kind, forMs: lasting(1_000, 4_000) };
    case 'delete':
      return { kind, slot };
    case 'move':
      return { kind, slot, artifact: random.between(0, artifacts - 1) };
    case 'roll':
      return { kind };
  }
}
