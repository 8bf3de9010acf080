import type { Access } from '../../../../coordination/arbiters/kubernetes/access.ts';
import { ApiError, LoginError, NotReachedError } from '../../../../coordination/arbiters/kubernetes/api-error.ts';
import { kubernetesArbiter } from '../../../../coordination/arbiters/kubernetes/open.ts';
import type { Arbiter } from '../../../../coordination/arbiter.ts';
import { chosenAccess, ClusterClient, deploymentNames } from '../../../../deploy/kubernetes/index.ts';
import { DeploymentError } from '../../../../deploy/local/deployment-error.ts';
import { answerWithinMs } from '../../../../deploy/orders.ts';
import { createLogger } from '../../../../log.ts';
import { textOption, type ParsedLine } from '../../options.ts';

/**
 * `ps`, `move`, `drain` and `undrain` with --context or --namespace: of a deployment in that cluster, as kubectl's user.
 * Rejects with DeploymentError.
 */
export async function arbiterInCluster(
  line: ParsedLine,
  named: string | undefined,
  act: (arbiter: Arbiter, deployment: string) => Promise<string>,
): Promise<string> {
  return inCluster(line, named, async ({ access, deployment }) => {
    const log = createLogger({ level: 'WARN', write: (text) => void process.stderr.write(text) });
    const arbiter = kubernetesArbiter(access, { deployment, log, patienceMs: answerWithinMs });
    try {
      return await act(arbiter, deployment);
    } finally {
      await arbiter.close();
    }
  });
}

export interface InCluster {
  readonly cluster: ClusterClient;
  readonly access: Access;
  readonly deployment: string;
}

/** Where --context and --namespace point; without a name the only deployment there. Rejects with DeploymentError. */
export async function inCluster(
  line: ParsedLine,
  named: string | undefined,
  act: (place: InCluster) => Promise<string>,
): Promise<string> {
  const choice = { context: textOption(line, 'context'), namespace: textOption(line, 'namespace') };
  const access = await chosenAccess(choice).catch((error: unknown) => {
    throw new DeploymentError('NOT_FOUND', (error as Error).message);
  });
  const cluster = new ClusterClient({ access });
  try {
    return await act({ cluster, access, deployment: named ?? (await onlyOne(cluster)) });
  } catch (error) {
    if (error instanceof ApiError || error instanceof NotReachedError || error instanceof LoginError)
      throw new DeploymentError('NOT_POSSIBLE', `${error.message}.`);
    throw error;
  } finally {
    cluster.close();
  }
}

async function onlyOne(cluster: ClusterClient): Promise<string> {
  const { namespace } = cluster;
  const names = await deploymentNames(cluster, namespace, new AbortController().signal);
  if (names.length === 1) return names[0]!;
  if (names.length === 0) throw new DeploymentError('NOT_FOUND', `Namespace ${namespace} has no deployment.`);
  throw new DeploymentError(
    'SEVERAL_RUNNING',
    `Namespace ${namespace} has several deployments: ${names.join(', ')}. Say which by --deployment.`,
  );
}
