/**
 * When a replica is too silent. Pure. A stopped process (SIGSTOP) keeps its port open and its connections
 * established; only its silence tells. A sign of life is a byte on a connection or a message on its channel.
 */
export interface Silence {
  /** Milliseconds since its last sign of life. */
  readonly silentMs: number;
  readonly inFlight: number;
  readonly quiet: boolean;
}

/**
 * - leave: as it is
 * - ask: put a question to its health port; an answer is a sign of life
 */
export type SilenceDecision = 'leave' | 'ask';

export const watchTimings: {
  readonly everyMs: number;
  readonly busyMs: number;
  readonly idleMs: number;
  readonly answerMs: number;
} = {
  /** How often silence is looked at. */
  everyMs: 200,
  /** With requests in flight, this much silence is worth a question: a slow flow is silent too. */
  busyMs: 400,
  /** With none, a heartbeat (every second) is overdue by now. */
  idleMs: 1_100,
  /** How long the answer may take before the replica is out of the rotation. */
  answerMs: 500,
};

export function decideSilence(silence: Silence, timings: typeof watchTimings = watchTimings): SilenceDecision {
  if (silence.quiet) return 'ask';
  return silence.silentMs >= (silence.inFlight > 0 ? timings.busyMs : timings.idleMs) ? 'ask' : 'leave';
}
