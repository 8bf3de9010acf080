import type { Taken } from '../../engine/ports.ts';
import type { ConsumingConfig } from './parameters.ts';

/**
 * What becomes of messages whose flow has ended:
 * - done: they were processed
 * - again: the same once more, after a while
 * - giveUp: to the dead-letter topic, or into the log; the next ones follow
 */
export type Verdict =
  { readonly what: 'done' } | { readonly what: 'giveUp' } | { readonly what: 'again'; readonly afterMs: number };

const [firstMs, longestMs] = [1_000, 30_000];

/** `attempts`: how often they were tried, this time included. Source: esb-inbound-kafka commitRecords. */
export function verdictOn(outcome: Taken['outcome'], attempts: number, config: ConsumingConfig): Verdict {
  if (outcome === 'done') return { what: 'done' };
  const again = {
    what: 'again',
    afterMs: config.retryInterval ?? Math.min(longestMs, firstMs * 2 ** (attempts - 1)),
  } as const;
  if (outcome === 'requeue') return again;
  // With auto-commit MI never comes back to a message.
  const most = config.retryCount ?? (config.autoCommit ? 1 : -1);
  return most < 0 || attempts < most ? again : { what: 'giveUp' };
}
