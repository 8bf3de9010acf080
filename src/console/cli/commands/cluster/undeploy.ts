import { createInterface } from 'node:readline/promises';
import { removableOf, removeDeployment, type Removable } from '../../../../deploy/kubernetes/index.ts';
import { wordOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { exitCode, UsageError } from '../../usage.ts';
import { nameLine } from './named.ts';
import { clusterOptions, clusterTerminal, timeoutOption, withCluster, type ClusterTold } from './place.ts';

export const undeployOptions: OptionSpec = {
  ...clusterOptions,
  yes: { type: 'boolean', short: 'y' },
  'keep-state': { type: 'boolean' },
  timeout: { type: 'string' },
  format: { type: 'string' },
};

/** Seconds. A pod may take 45 to finish what it has in hand. */
const defaultTimeout = 90;

/** `gantry undeploy NAME`: removes everything of a deployment, and says what it keeps. */
export async function runUndeploy(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = nameLine(args, undeployOptions, 'gantry undeploy NAME');
  const [name] = line.paths;
  // What is the only one today may not be the one that was meant.
  if (name === undefined) throw new UsageError('gantry undeploy takes the NAME of a deployment.', 'gantry status');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  const timeoutMs = timeoutOption(line, defaultTimeout);
  const keepState = line.values['keep-state'] === true;
  return withCluster(line, told, async ({ cluster, namespace, signal }) => {
    const deployed = { name, namespace };
    const removable = await removableOf(cluster, deployed, signal);
    if (!(await isMeant(line, name, namespace, removable, signal))) {
      told.warn('Nothing was removed.');
      return exitCode.failed;
    }
    const removed: string[] = [];
    await removeDeployment(cluster, deployed, removable, {
      keepState,
      timeoutMs,
      signal,
      onRemoved(object) {
        removed.push(object);
        if (format === 'text') told.print(`removed ${object}`);
      },
    });
    const kept = [...(keepState ? ['assignment, leases and history'] : []), ...removable.kept];
    if (format === 'json') told.print(JSON.stringify({ type: 'undeployed', name, namespace, removed, kept }));
    else told.print(`${name} is gone. Kept: ${kept.join('; ')}.`);
    return exitCode.ok;
  });
}

async function isMeant(
  line: ParsedLine,
  name: string,
  namespace: string,
  { objects, state, releases }: Removable,
  signal: AbortSignal,
): Promise<boolean> {
  if (line.values['yes'] === true) return true;
  if (!process.stdin.isTTY)
    throw new UsageError('Nobody is there to be asked whether it is meant.', 'Say so by --yes.');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const what = `${objects.length} objects, ${state.length} records of who holds what, ${releases} releases`;
  try {
    const answer = await asking.question(`Remove ${name} from namespace ${namespace}: ${what}? [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
