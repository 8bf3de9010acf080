import { releasesOf, ReleaseError, type ReleaseFacts } from '../../../../deploy/kubernetes/index.ts';
import { wordOption, type OptionSpec } from '../../options.ts';
import { exitCode } from '../../usage.ts';
import { table } from '../table.ts';
import { namedDeployment, nameLine } from './named.ts';
import { clusterOptions, clusterTerminal, withCluster, type ClusterTold } from './place.ts';

export const historyOptions: OptionSpec = { ...clusterOptions, format: { type: 'string' } };

/** `gantry history [NAME]`: what was deployed when, by whom, and how that went. JSON: a list of ReleaseFacts. */
export async function runHistory(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = nameLine(args, historyOptions, 'gantry history [NAME]');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  return withCluster(line, told, async (place) => {
    const deployed = await namedDeployment(line, place);
    const releases = (await releasesOf(place.cluster, deployed, place.signal)).map(({ facts }) => facts);
    if (releases.length === 0)
      throw new ReleaseError(
        'NO_RELEASE',
        `Nothing is remembered of "${deployed.name}" in namespace ${deployed.namespace}.`,
        'Only gantry deploy and gantry rollback write a history.',
      );
    if (format === 'json') told.print(JSON.stringify(releases));
    else for (const row of releaseTable(releases)) told.print(row);
    return exitCode.ok;
  });
}

/** Newest first. */
export function releaseTable(releases: readonly ReleaseFacts[]): readonly string[] {
  return table(
    ['REVISION', 'OUTCOME', 'AT', 'BY', 'ARTIFACTS', 'IMAGE', 'PATTERN', 'HOW', 'REASON'],
    releases
      .toReversed()
      .map((facts) => [
        String(facts.revision),
        facts.outcome,
        facts.at.slice(0, 19).replace('T', ' '),
        facts.who,
        facts.digest.slice(0, 12),
        facts.image,
        facts.pattern,
        facts.how,
        facts.reason ?? '',
      ]),
  );
}
