import { lastGood, releasesOf, ReleaseError, type Release } from '../../../../deploy/kubernetes/index.ts';
import { integerOption, wordOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { bring } from './deploy.ts';
import { namedDeployment, nameLine } from './named.ts';
import { clusterOptions, clusterTerminal, rolloutTimeout, whoAsks, withCluster, type ClusterTold } from './place.ts';
import { jsonProgress, textProgress } from './progress.ts';
import { Screen } from './screen.ts';

export const rollbackOptions: OptionSpec = {
  ...clusterOptions,
  to: { type: 'string' },
  'force-conflicts': { type: 'boolean' },
  timeout: { type: 'string' },
  format: { type: 'string' },
};

/** `gantry rollback [NAME] [--to N]`: an earlier release's objects are applied again, as a new revision. */
export async function runRollback(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = nameLine(args, rollbackOptions, 'gantry rollback [NAME] [--to N]');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  return withCluster(line, told, async (place) => {
    const deployed = await namedDeployment(line, place);
    const releases = await releasesOf(place.cluster, deployed, place.signal);
    const { facts, objects } = releaseFor(line, deployed.name, releases);
    if (format === 'text')
      told.print(`${deployed.name}: back to revision ${facts.revision} of ${facts.at}, ${facts.digest.slice(0, 12)}`);
    const { digest, image, pattern } = facts;
    const request = {
      ...deployed,
      objects,
      facts: { digest, image, pattern, how: `rollback to ${facts.revision}`, who: whoAsks() },
      force: line.values['force-conflicts'] === true,
      atomic: false,
      timeoutMs: rolloutTimeout(line, objects),
    };
    const progress = format === 'json' ? jsonProgress(told) : textProgress(told, Screen.on(process.stdout));
    return bring(place, request, progress, format, told);
  });
}

/** The one that is named; else the newest that served before the newest of all. */
function releaseFor(line: ParsedLine, name: string, releases: readonly Release[]): Release {
  const there = releases.map(({ facts }) => facts.revision).join(', ');
  if (line.values['to'] !== undefined) {
    const wanted = integerOption(line, 'to', 0, 1, 1_000_000);
    const found = releases.find(({ facts }) => facts.revision === wanted);
    if (found) return found;
    const hint = there === '' ? 'None is remembered.' : `There are: ${there}.`;
    throw new ReleaseError('NO_RELEASE', `${name} has no revision ${wanted}.`, hint);
  }
  const found = lastGood(releases.slice(0, -1));
  if (found) return found;
  throw new ReleaseError(
    'NO_RELEASE',
    `${name} has no release before the present one that served.`,
    there === '' ? 'Only gantry deploy writes a history.' : `Name one by --to: ${there}.`,
  );
}
