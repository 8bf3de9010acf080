import type { Assignment, MemberRecord } from '../records.ts';

/** Renewals and claims of runs change nothing that others would act on. */
export function isNews(before: Assignment | MemberRecord, after: Assignment | MemberRecord): boolean {
  if ('boot' in before || 'boot' in after)
    return !('boot' in before && 'boot' in after && before.state === after.state && before.offer === after.offer);
  const keys = Object.keys(after.artifacts);
  return (
    before.origin !== after.origin ||
    before.quietMs !== after.quietMs ||
    JSON.stringify(before.moves) !== JSON.stringify(after.moves) ||
    JSON.stringify(before.drained) !== JSON.stringify(after.drained) ||
    JSON.stringify(before.switches) !== JSON.stringify(after.switches) ||
    JSON.stringify(before.runs) !== JSON.stringify(after.runs) ||
    Object.keys(before.offers).join() !== Object.keys(after.offers).join() ||
    Object.keys(before.artifacts).length !== keys.length ||
    keys.some((key) => before.artifacts[key]?.token !== after.artifacts[key]?.token)
  );
}
