import { deploymentNames, ReleaseError } from '../../../../deploy/kubernetes/index.ts';
import { parseLine, type OptionSpec, type ParsedLine } from '../../options.ts';
import { UsageError } from '../../usage.ts';
import type { ClusterPlace } from './place.ts';

/** Parses a command that takes one NAME, or none. */
export function nameLine(args: readonly string[], options: OptionSpec, synopsis: string): ParsedLine {
  const line = parseLine(args, options);
  if (line.paths.length <= 1) return line;
  throw new UsageError(`The command does not take "${line.paths[1]}".`, synopsis);
}

/** The deployment the line names, or the only one of the namespace. */
export async function namedDeployment(
  line: ParsedLine,
  { cluster, namespace, signal }: ClusterPlace,
): Promise<{ readonly name: string; readonly namespace: string }> {
  const [name] = line.paths;
  if (name !== undefined) return { name, namespace };
  const names = await deploymentNames(cluster, namespace, signal);
  if (names.length === 1) return { name: names[0]!, namespace };
  const hint = names.length === 0 ? 'gantry deploy brings one; --namespace looks elsewhere.' : 'Say which one.';
  const text = names.length === 0 ? 'has no deployment' : `has several: ${names.join(', ')}`;
  throw new ReleaseError('NO_RELEASE', `Namespace ${namespace} ${text}.`, hint);
}
