/**
 * What was seen from outside, and nothing else: the checks in watch/ judge it. All times are milliseconds on the
 * machine's monotonic clock (now.ts), due times of runs are milliseconds since 1970.
 */
import type { Placing } from '../../src/coordination/index.ts';
import type { Fault } from './faults/fault.ts';
import type { PlannedFault } from './plan.ts';
import type { ProjectTask } from './project.ts';

export interface History {
  readonly tasks: readonly ProjectTask[];
  /** Milliseconds since 1970 minus monotonic milliseconds. */
  readonly wallAhead: number;
  /** When the first fault could come: everything was in order then. */
  beganAt: number;
  endedAt: number;
  readonly processes: ProcessLife[];
  readonly terms: TermChange[];
  readonly runs: RunBegun[];
  readonly effects: Effect[];
  readonly faults: FaultDone[];
  readonly boots: Joined[];
  readonly placements: Placed[];
  /** When everything had to be in order. */
  readonly calms: number[];
}

/** One replica process. */
export interface ProcessLife {
  /** "pod-1-2#3": never used twice. */
  readonly id: string;
  readonly pod: string;
  readonly startedAt: number;
  readyAt?: number;
  endedAt?: number;
  /** How it ended when nobody asked it to. */
  unexpected?: string;
}

/** Under which boot ids a process was a member: a new one for each time it started over. */
export interface Joined {
  readonly process: string;
  readonly boot: string;
}

/** As the replica said it, when it said it. */
export interface TermChange {
  readonly at: number;
  readonly process: string;
  readonly artifact: string;
  readonly token: number;
  readonly state: 'acquired' | 'released' | 'lost';
}

/** A run that was claimed and began, as the replica said it. */
export interface RunBegun {
  readonly at: number;
  readonly process: string;
  readonly artifact: string;
  readonly token: number;
  readonly due: number;
}

/** A call that reached the resource. */
export interface Effect {
  readonly process: string;
  readonly artifact: string;
  readonly due: number;
  readonly token: number;
  readonly arrivedAt: number;
  /** When the resource had done it, whether anyone still waited for the answer or not. */
  readonly doneAt: number;
  readonly accepted: boolean;
}

export interface FaultDone {
  readonly fault: Fault;
  readonly how: PlannedFault['how'];
  readonly from: number;
  /** When its cause was gone. */
  to: number;
  /** The processes it hit, by id; 'all' when it hit the arbiter or the machine. Those that come meanwhile count too. */
  hit: readonly string[] | 'all';
  /** Why nothing was done: nobody was there, or there is no such fault with this arbiter. */
  readonly skipped?: string;
}

/** A change of the assignment. */
export interface Placed {
  readonly seenAt: number;
  readonly artifact: string;
  readonly token: number;
  /** Boot ids. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly by: Placing;
  readonly reason: string;
}

export function emptyHistory(tasks: readonly ProjectTask[], wallAhead: number): History {
  return {
    tasks,
    wallAhead,
    beganAt: 0,
    endedAt: 0,
    processes: [],
    terms: [],
    runs: [],
    effects: [],
    faults: [],
    boots: [],
    placements: [],
    calms: [],
  };
}
