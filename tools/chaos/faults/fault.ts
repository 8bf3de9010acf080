/**
 * What can be done to a deployment. A slot is a place that one replica fills at a time, counted from 0; the fault hits
 * whoever fills it at that moment, and nobody when it is empty.
 *
 *   kill     SIGKILL, and whoever supervises the process sees it exit
 *   vanish   SIGKILL, and nobody sees it: only silence tells
 *   pause    SIGSTOP, and SIGCONT after forMs
 *   stop     SIGTERM; started again downMs after its end
 *   roll     one replica after the other: its successor starts, then the old one gets SIGTERM
 *   freeze   the arbiter answers nobody for forMs; nothing is lost
 *   cut      one replica cannot reach the arbiter for forMs; what is sent meanwhile is lost
 *   slow     each message between one replica and the arbiter takes delayMs longer, each way
 *   lose     the arbiter does what one replica asks, but the replies are lost
 *   hog      every core is busy with something else
 *   clock    the wall clock of one replica is off by byMs for forMs
 *   delete   someone deletes the member record of a live replica
 *   drain    the pod is drained, and taken back after forMs
 *   move     an artifact is asked to go to the pod in that slot
 */
export type Fault =
  | { readonly kind: 'kill' | 'vanish' | 'stop'; readonly slot: number; readonly downMs: number }
  | { readonly kind: 'pause' | 'cut' | 'lose' | 'drain'; readonly slot: number; readonly forMs: number }
  | { readonly kind: 'slow'; readonly slot: number; readonly forMs: number; readonly delayMs: number }
  | { readonly kind: 'clock'; readonly slot: number; readonly forMs: number; readonly byMs: number }
  | { readonly kind: 'freeze' | 'hog'; readonly forMs: number }
  | { readonly kind: 'delete'; readonly slot: number }
  | { readonly kind: 'move'; readonly slot: number; readonly artifact: number }
  | { readonly kind: 'roll' };

export type FaultKind = Fault['kind'];

/** How often each kind comes, compared with the others. */
export const weights: Readonly<Record<FaultKind, number>> = {
  kill: 3,
  vanish: 3,
  pause: 4,
  stop: 3,
  roll: 0.5,
  freeze: 2,
  cut: 2,
  slow: 2,
  lose: 2,
  hog: 1,
  clock: 1.5,
  delete: 1,
  drain: 1,
  move: 2,
};

export const faultKinds: readonly FaultKind[] = Object.keys(weights) as FaultKind[];

/** A kind, and how long it lasts when that is not left to chance: "pause:5000". */
export interface WantedFault {
  readonly kind: FaultKind;
  readonly forMs?: number;
}

/** Longest time a replica takes from its start until it is a member, roughly. */
const startMs = 1_000;

/** From the beginning of a fault until its cause is gone, roughly. */
export function lengthOf(fault: Fault, slots: number): number {
  if (fault.kind === 'roll') return slots * 1.5 * startMs;
  if ('downMs' in fault) return fault.downMs + startMs;
  return 'forMs' in fault ? fault.forMs : 0;
}
