import type { Taken } from '../../engine/ports.ts';

/**
 * What becomes of a delivery when its flow has ended:
 * - accept: it is done
 * - fail: it comes again, counted as a failed delivery; the broker, or we for Classic, give it up after some
 * - release: it comes again, not counted
 * - reject: it failed too often: to the broker's dead-letter queue
 */
export type Verdict = 'accept' | 'fail' | 'release' | 'reject';

/** Of ActiveMQ's own clients, when the URL says nothing. Source: RedeliveryPolicy. */
const classicRedeliveries = 6;

export interface FailureRules {
  /** -1: for ever. Undefined: the broker counts, or ActiveMQ's usual 6 where it does not. */
  readonly redeliveries: number | undefined;
  /** The broker leaves it to its clients to give up. */
  readonly isClassic: boolean;
}

/** `failures`: earlier deliveries that failed, as the broker counts them. */
export function verdictOn(outcome: Taken['outcome'], failures: number, rules: FailureRules): Verdict {
  if (outcome === 'done') return 'accept';
  if (outcome === 'requeue') return 'release';
  const limit = rules.redeliveries ?? (rules.isClassic ? classicRedeliveries : -1);
  return limit >= 0 && failures >= limit ? 'reject' : 'fail';
}
