/** What is worth an Event: read off two statuses, so that nothing is told twice, or only because an operator restarted. */
import type { IntegrationStatus } from '../resource/integration.ts';

export interface News {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

export function newsOf(before: IntegrationStatus | undefined, after: IntegrationStatus): readonly News[] {
  return [
    ...patternNews(before, after),
    ...revisionNews(before, after),
    ...holderNews(before, after),
    ...conditionNews(before, after),
  ];
}

function patternNews(before: IntegrationStatus | undefined, { pattern, patternReason }: IntegrationStatus): News[] {
  if (pattern === undefined || pattern === before?.pattern) return [];
  return [{ type: 'Normal', reason: 'Pattern', action: 'Plan', note: `Pattern ${pattern}: ${patternReason}.` }];
}

function revisionNews(before: IntegrationStatus | undefined, after: IntegrationStatus): News[] {
  return (after.history ?? []).flatMap(({ revision, outcome, digest }): News[] => {
    const was = before?.history?.find((one) => one.revision === revision)?.outcome;
    if (outcome === was) return [];
    const what = `Revision ${revision}, artifacts ${digest?.slice(0, 12)}`;
    if (outcome === 'Served')
      return [{ type: 'Normal', reason: 'RolledOut', action: 'Roll', note: `${what}: all pods serve it.` }];
    if (outcome === 'Failed')
      return [
        {
          type: 'Warning',
          reason: 'UpdateFailed',
          action: 'Roll',
          note: `${what}: it got no further within its time.`,
        },
      ];
    return [{ type: 'Normal', reason: 'RollingOut', action: 'Roll', note: `${what} is rolled out.` }];
  });
}

function holderNews(before: IntegrationStatus | undefined, after: IntegrationStatus): News[] {
  return (after.coordination ?? []).flatMap(({ artifact, holder, token, by }): News[] => {
    const was = before?.coordination?.find((one) => one.artifact === artifact);
    if (by !== 'failover' || token === was?.token || was?.holder === undefined) return [];
    const note = `${artifact} was held by ${was.holder}, which was lost; ${holder} holds it now, token ${token}.`;
    return [{ type: 'Warning', reason: 'Failover', action: 'Fail over', note }];
  });
}

/** Each time something begins to be wrong, or is wrong for another reason. */
function conditionNews(before: IntegrationStatus | undefined, after: IntegrationStatus): News[] {
  const degraded = (status: IntegrationStatus | undefined): { reason: string; message: string } | undefined =>
    status?.conditions?.find(({ type, status: is }) => type === 'Degraded' && is === 'True');
  const [was, now] = [degraded(before), degraded(after)];
  if (now === undefined || now.reason === was?.reason || now.reason === 'UpdateFailed') return [];
  return [{ type: 'Warning', reason: now.reason, action: 'Reconcile', note: now.message }];
}
