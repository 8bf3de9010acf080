import type { Arbiter } from '../../../../coordination/arbiter.ts';
import { openArbiter } from '../../../../coordination/open-arbiter.ts';
import { replicaEnvironment } from '../../../../deploy/local/protocol.ts';
import { answerWithinMs } from '../../../../deploy/orders.ts';
import { createLogger } from '../../../../log.ts';
import { deploymentName } from '../../../../runtime/membership/joining.ts';
import { textOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { UsageError } from '../../usage.ts';
import { deploymentOptions, reportingTo, type CommandResult } from './deployment.ts';

/** Options of commands that work on any deployment, local or not. */
export const arbitratedOptions: OptionSpec = {
  ...deploymentOptions,
  arbiter: { type: 'string' },
  deployment: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string' },
};

/**
 * Opens the arbiter the line names and acts on the deployment there; undefined when it names none.
 * The deployment's name comes from --deployment, or from the environment as a replica's does.
 */
export async function withArbiter(
  line: ParsedLine,
  act: (arbiter: Arbiter, deployment: string) => Promise<string>,
): Promise<CommandResult | undefined> {
  const address = textOption(line, 'arbiter');
  const named = textOption(line, 'deployment');
  if (line.values['context'] !== undefined || line.values['namespace'] !== undefined) {
    if (address !== undefined)
      throw new UsageError(
        '--arbiter does not go with --context and --namespace.',
        'Those two mean a cluster, whose API server is the arbiter.',
      );
    const { arbiterInCluster } = await import('../cluster/arbiter.ts');
    return reportingTo(line, () => arbiterInCluster(line, named, act));
  }
  if (address === undefined) {
    if (named === undefined) return undefined;
    throw new UsageError(
      '--deployment goes with --namespace, --context or --arbiter.',
      'Without them the deployment on this machine is meant.',
    );
  }
  const name = named ?? process.env[replicaEnvironment.deployment];
  if (!name) {
    throw new UsageError(
      '--arbiter needs --deployment NAME.',
      `It is the project's name, or what ${replicaEnvironment.deployment} says in its pods.`,
    );
  }
  const deployment = deploymentName(name);
  const log = createLogger({ level: 'WARN', write: (text) => void process.stderr.write(text) });
  const arbiter = await openArbiter(address, { deployment, log, patienceMs: answerWithinMs }).catch(
    (error: unknown) => {
      throw new UsageError((error as Error).message);
    },
  );
  try {
    return await reportingTo(line, () => act(arbiter, deployment));
  } finally {
    await arbiter.close();
  }
}
