import { findDeployment, type DeploymentClient } from '../../../../deploy/local/control/client.ts';
import { DeploymentError } from '../../../../deploy/local/deployment-error.ts';
import { integerOption, wordOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { exitCode, UsageError } from '../../usage.ts';

/** What a command that speaks to a running deployment gives back. */
export interface CommandResult {
  readonly exitCode: number;
  /** For stdout; ends with a newline unless empty. */
  readonly output: string;
  /** For stderr: why it could not be done. */
  readonly error?: string;
}

/** Where to look for deployments; tests give a folder of their own. */
export interface CommandPlace {
  readonly folder?: string | undefined;
  /** Called with each line as it comes, by commands that take a while. Such lines are not in the output again. */
  readonly progress?: (line: string) => void;
}

/** Options of every command that speaks to a running deployment. */
export const deploymentOptions: OptionSpec = { port: { type: 'string' }, format: { type: 'string' } };

export function formatOf(line: ParsedLine): 'text' | 'json' {
  return wordOption(line, 'format', ['text', 'json'], 'text');
}

/** The positional arguments of a command, by name; a missing or a surplus one is a UsageError with the synopsis. */
export function operands<const N extends string>(
  line: ParsedLine,
  names: readonly N[],
  synopsis: string,
): Record<N, string> {
  const missing = names[line.paths.length];
  if (missing !== undefined) throw new UsageError(`The command needs ${missing}.`, synopsis);
  const surplus = line.paths[names.length];
  if (surplus !== undefined) throw new UsageError(`The command does not take "${surplus}".`, synopsis);
  return Object.fromEntries(names.map((name, index) => [name, line.paths[index]])) as Record<N, string>;
}

/** Finds the deployment the line means and acts on it. What cannot be done becomes exit code 1 and one clear line. */
export async function withDeployment(
  line: ParsedLine,
  place: CommandPlace,
  act: (client: DeploymentClient) => Promise<string>,
): Promise<CommandResult> {
  const port = line.values['port'] === undefined ? undefined : integerOption(line, 'port', 0, 1);
  return reportingTo(line, async () => act(await findDeployment({ port, folder: place.folder })));
}

/** What a DeploymentError says becomes exit code 1 and one clear line. */
export async function reportingTo(line: ParsedLine, act: () => Promise<string>): Promise<CommandResult> {
  const format = formatOf(line);
  try {
    return { exitCode: exitCode.ok, output: await act() };
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const { code, message } = error;
    const output = format === 'json' ? `${JSON.stringify({ error: code, message })}\n` : '';
    return { exitCode: exitCode.failed, output, error: `${code} ${message}\n` };
  }
}
