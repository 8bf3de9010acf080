/** What a release came to, in words. */
import type { Brought, BringRequest } from '../../../../deploy/kubernetes/index.ts';
import type { Told } from '../deployable.ts';
import type { WayIn } from './way-in.ts';

export function resultText(
  { name, namespace }: Pick<BringRequest, 'name' | 'namespace'>,
  { outcome, revision, backTo, oldServing }: Brought,
  ways: readonly WayIn[],
): readonly string[] {
  const at = `-n ${namespace}`.replace('-n', '--namespace');
  if (outcome === 'serves')
    return [
      `revision ${revision} of ${name} serves`,
      ...ways.map(({ url, trouble }) => `  ${url}${trouble === undefined ? '' : `: ${trouble}`}`),
    ];
  if (outcome === 'rolled-back')
    return [
      backTo === undefined
        ? `revision ${revision} of ${name} did not serve and was taken away again; there was none before`
        : `revision ${revision} of ${name} did not serve; revision ${backTo} is back`,
    ];
  const old =
    oldServing === 0
      ? 'Nothing serves.'
      : `The version before serves on, with ${oldServing} ${oldServing === 1 ? 'pod' : 'pods'}.`;
  return [
    `revision ${revision} of ${name} does not serve. ${old}`,
    oldServing === 0
      ? `  Mend it and deploy again, or gantry undeploy ${name} ${at}`
      : `  gantry rollback ${name} ${at} takes the new one away; --atomic does so by itself`,
  ];
}

export function tellResult(lines: readonly string[], { outcome }: Brought, told: Told): void {
  for (const line of lines) {
    if (outcome === 'serves') told.print(line);
    else told.warn(line);
  }
}
