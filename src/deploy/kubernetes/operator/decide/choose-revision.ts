import type { Outcome } from '../resource/integration.ts';
import type { Revision } from '../revisions/revision.ts';
import type { Facts } from './facts.ts';

/**
 * The newest, unless it has failed and a failed change is to be taken back; then the last that served. A spec that is
 * stopped changes nothing either: what the revision before it wanted is kept up.
 */
export function chooseRevision(facts: Facts, newest: Revision | undefined): Revision | undefined {
  const { integration, revisions } = facts;
  if (newest !== undefined && !(isRollback(facts) && outcomeOf(facts, newest.number) === 'Failed')) return newest;
  const earlier = revisions.filter(({ number }) => number !== newest?.number);
  const served = earlier.findLast(({ number }) => outcomeOf(facts, number) === 'Served');
  return served ?? newest ?? earlier.find(({ number }) => number === integration.status?.revision) ?? earlier.at(-1);
}

export function outcomeOf({ integration }: Pick<Facts, 'integration'>, number: number): Outcome | undefined {
  return integration.status?.history?.find(({ revision }) => revision === number)?.outcome;
}

function isRollback({ integration }: Facts): boolean {
  return integration.spec.update?.onFailure === 'Rollback';
}
