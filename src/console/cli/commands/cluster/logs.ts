import { followLogs } from '../../../../deploy/kubernetes/index.ts';
import { integerOption, textOption, type OptionSpec } from '../../options.ts';
import { exitCode } from '../../usage.ts';
import { namedDeployment, nameLine } from './named.ts';
import { clusterOptions, clusterTerminal, withCluster, type ClusterTold } from './place.ts';

export const logsOptions: OptionSpec = {
  ...clusterOptions,
  follow: { type: 'boolean', short: 'f' },
  pod: { type: 'string' },
  previous: { type: 'boolean', short: 'p' },
  tail: { type: 'string' },
};

/** `gantry logs [NAME]`: the logs of all its pods, each line with its pod; with -f also of pods that come. */
export async function runLogs(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = nameLine(args, logsOptions, 'gantry logs [NAME] [-f] [--pod POD] [--previous]');
  const follow = line.values['follow'] === true;
  return withCluster(line, told, async (place) => {
    const deployed = await namedDeployment(line, place);
    const paint = process.stdout.isTTY ? painter() : (pod: string) => pod;
    await followLogs(place.cluster, deployed, {
      follow,
      pod: textOption(line, 'pod'),
      previous: line.values['previous'] === true,
      tailLines: integerOption(line, 'tail', follow ? 10 : 100, 0, 1_000_000),
      signal: place.signal,
      onLine: (pod, text) => told.print(`${paint(pod)} ${text}`),
      onTrouble: (text) => told.warn(`gantry: ${text}`),
    });
    return exitCode.ok;
  });
}

/** A colour of its own for each pod: 36 cyan, 33 yellow, 32 green, 35 magenta, 34 blue, 31 red. */
function painter(): (pod: string) => string {
  const colours = [36, 33, 32, 35, 34, 31];
  const given = new Map<string, number>();
  return (pod) => {
    const colour = given.get(pod) ?? colours[given.size % colours.length]!;
    given.set(pod, colour);
    return `\x1b[${colour}m${pod}\x1b[0m`;
  };
}
