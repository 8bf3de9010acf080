import type { Clock } from '../../../clock.ts';
import type { Arbiter } from '../../../coordination/arbiter.ts';
import type { ToParent } from '../protocol.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { LocalDoors } from '../doors.ts';
import type { Events } from '../picture/events.ts';
import type { Holders } from '../picture/holders.ts';
import type { PodPlan } from '../release.ts';
import type { Ended } from './replica-process.ts';

/** What all pods of a deployment share. */
export interface PodHouse {
  readonly balancer: Balancer;
  readonly doors: LocalDoors;
  readonly events: Events;
  readonly holders: Holders;
  readonly clock: Clock;
  /** What the replicas reach over their channel; undefined: they reach theirs by themselves, or have none. */
  readonly servedArbiter: Arbiter | undefined;
  /** Whose drain that pod is under. */
  drained(plan: PodPlan): 'pod' | 'node' | undefined;
  output(pod: string, line: string, stream: 'stdout' | 'stderr'): void;
  /** The process has ended for certain: its leases end at once. */
  revoke(boots: ReadonlySet<string>, ended: Ended): void;
  /** A scheduled run, for the run log. */
  ran(pod: string, message: Extract<ToParent, { type: 'run' }>): void;
  /** The set of processes changed. */
  processes(): void;
}
