import { systemClock } from '../../../../clock.ts';
import { deploymentNames, ReleaseError, standingOf, type Standing } from '../../../../deploy/kubernetes/index.ts';
import { wordOption, type OptionSpec } from '../../options.ts';
import { exitCode } from '../../usage.ts';
import { table } from '../table.ts';
import { releaseTable } from './history.ts';
import { nameLine } from './named.ts';
import { clusterOptions, clusterTerminal, withCluster, type ClusterPlace, type ClusterTold } from './place.ts';
import { Screen } from './screen.ts';
import { waysIn } from './way-in.ts';

export const statusOptions: OptionSpec = {
  ...clusterOptions,
  watch: { type: 'boolean', short: 'w' },
  format: { type: 'string' },
};

/** With -w: how often it looks again. */
const lookEachMs = 1_000;
const shownReleases = 3;

/**
 * `gantry status [NAME]`: pattern, pods, who holds what, where requests come in, the last releases, what is wrong.
 * JSON: a list of Standing, each with its `ways`; with -w a line whenever it is another.
 */
export async function runStatus(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = nameLine(args, statusOptions, 'gantry status [NAME] [-w]');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  return withCluster(line, told, async (place) => {
    const [name] = line.paths;
    const look = async (): Promise<string> => {
      const all = await standings(name, place);
      if (format === 'json')
        return JSON.stringify(all.map((one) => ({ ...one, ways: waysIn(one.entrances), entrances: undefined })));
      return all.map((one) => statusText(one, systemClock.wall())).join('\n');
    };
    if (line.values['watch'] !== true) {
      told.print(await look());
      return exitCode.ok;
    }
    const screen = Screen.on(process.stdout);
    for (let shown = ''; ; await systemClock.sleep(lookEachMs, place.signal)) {
      const text = await look();
      if (screen) screen.draw(text.split('\n'));
      else if (text !== shown) told.print(text);
      shown = text;
    }
  });
}

async function standings(
  name: string | undefined,
  { cluster, namespace, signal }: ClusterPlace,
): Promise<readonly Standing[]> {
  const names = name === undefined ? await deploymentNames(cluster, namespace, signal) : [name];
  if (names.length === 0)
    throw new ReleaseError(
      'NO_RELEASE',
      `Namespace ${namespace} has no deployment.`,
      'gantry deploy brings one; --namespace looks elsewhere.',
    );
  return Promise.all(names.map((one) => standingOf(cluster, { name: one, namespace }, signal)));
}

export function statusText(standing: Standing, now: number): string {
  const { name, namespace, groups, singletons, releases, warnings, entrances } = standing;
  const newest = releases.at(-1);
  const version = newest?.digest ?? groups[0]?.pods.at(-1)?.version;
  const about = [
    newest?.pattern,
    newest && `revision ${newest.revision} (${newest.outcome})`,
    version && `artifacts ${version.slice(0, 12)}`,
  ].filter(Boolean);
  return [
    `${name} in ${namespace}: ${about.join(', ')}`,
    ...waysIn(entrances).map(({ url, trouble }) => `  ${url}${trouble === undefined ? '' : `: ${trouble}`}`),
    '',
    ...table(
      ['DEPLOYMENT', 'POD', 'NODE', 'STATE', 'ARTIFACTS', 'RESTARTS', 'AGE'],
      groups.flatMap((group) => groupRows(group, now)),
    ),
    ...(singletons.length === 0
      ? []
      : [
          '',
          ...table(
            ['SINGLETON', 'HELD BY', 'TOKEN', 'BY', 'WHY'],
            singletons.map(({ artifact, holder = 'nobody', token, by, reason }) => [
              artifact,
              holder,
              String(token),
              by,
              reason,
            ]),
          ),
        ]),
    ...(releases.length === 0 ? [] : ['', ...releaseTable(releases.slice(-shownReleases))]),
    ...conditionLines(standing),
    ...warnings.flatMap(({ code, group, pod, text, hint }) => [`${code} ${pod ?? group}: ${text}`, `  ${hint}`]),
    '',
  ].join('\n');
}

function groupRows({ name, wanted, ready, state, pods }: Standing['groups'][number], now: number): string[][] {
  const title = `${name} ${ready}/${wanted}${state === 'rolling' ? ', rolling' : ''}`;
  if (pods.length === 0) return [[title, '-']];
  return pods.map((pod, index) => [
    index === 0 ? title : '',
    pod.name,
    pod.node ?? '-',
    `${pod.state}${pod.reason === undefined ? '' : ` (${pod.reason})`}${pod.isNew ? '' : ', old'}`,
    pod.version?.slice(0, 12) ?? '-',
    String(pod.restarts),
    pod.since === undefined ? '-' : ageOf(now - Date.parse(pod.since)),
  ]);
}

/** What is not as it should be. */
function conditionLines({ groups }: Standing): readonly string[] {
  const lines = groups.flatMap(({ name, conditions }) =>
    conditions
      .filter(({ type, status }) => (type === 'ReplicaFailure' ? status === 'True' : status !== 'True'))
      .map(({ type, status, reason = '', message = '' }) => `${name}: ${type} is ${status}, ${reason}: ${message}`),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
