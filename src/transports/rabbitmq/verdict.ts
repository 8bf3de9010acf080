import type { MessagePropertyHeaders } from 'amqplib';
import type { Taken } from '../../engine/ports.ts';

/**
 * What becomes of a delivery when its flow has ended:
 * - ack: it is done
 * - reject: to the queue's dead-letter exchange; the broker drops it where there is none
 * - requeue: it comes again, after the delay
 * - bury: it failed too often: to the error exchange or queue, then it is done
 * - discard: it failed too often, and there is no place for it
 */
export type Verdict = 'ack' | 'reject' | 'requeue' | 'bury' | 'discard';

export interface FailureRules {
  readonly maxDeadLettered: number | undefined;
  readonly errorExchange: string | undefined;
  readonly errorRoutingKey: string | undefined;
}

/** Source: wso2-synapse RabbitMQConsumer.handleDelivery and proceedAfterMaxDeadLetteredCount. */
export function verdictOn(outcome: Taken['outcome'], deaths: number, rules: FailureRules): Verdict {
  if (outcome === 'done') return 'ack';
  if (outcome === 'requeue') return 'requeue';
  if (rules.maxDeadLettered === undefined || deaths <= rules.maxDeadLettered) return 'reject';
  return rules.errorExchange === undefined && rules.errorRoutingKey === undefined ? 'discard' : 'bury';
}

/** How often it went through a dead-letter exchange because it was rejected. */
export function deathsOf(headers: MessagePropertyHeaders | undefined): number {
  const deaths = headers?.['x-death'];
  if (!Array.isArray(deaths)) return 0;
  return deaths.reduce((most, { reason, count }) => (reason === 'rejected' ? Math.max(most, count) : most), 0);
}
