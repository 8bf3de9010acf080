/** Where a command that speaks with a cluster looks, and how it says that it cannot. */
import { userInfo, hostname } from 'node:os';
import { ApiError, LoginError, NotReachedError } from '../../../../coordination/arbiters/kubernetes/api-error.ts';
import {
  ImageError,
  openCluster,
  ReleaseError,
  type Cluster,
  type KubernetesObject,
} from '../../../../deploy/kubernetes/index.ts';
import { integerOption, textOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { exitCode } from '../../usage.ts';
import { terminal, type Told } from '../deployable.ts';

export const clusterOptions: OptionSpec = { context: { type: 'string' }, namespace: { type: 'string' } };

export interface ClusterPlace {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** What is said to people, and how a test brings its own cluster. */
export interface ClusterTold extends Told {
  readonly cluster?: Cluster;
}

export const clusterTerminal: ClusterTold = terminal;

/**
 * Opens the cluster the line means and acts on it; resolves to the exit code. What cannot be done is a line on stderr and
 * `failure`, and with --format json also {"type": "error", "code", "message", "hint"} on stdout.
 */
export async function withCluster(
  line: ParsedLine,
  told: ClusterTold,
  act: (place: ClusterPlace) => Promise<number>,
  failure: number = exitCode.failed,
): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void =>
    interrupted.abort(new ReleaseError('INTERRUPTED', 'Interrupted.', 'The cluster goes on.'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let cluster: Cluster | undefined;
  try {
    cluster = told.cluster ?? (await open(line, told));
    const namespace = textOption(line, 'namespace') ?? cluster.namespace;
    return await act({ cluster, namespace, signal: interrupted.signal });
  } catch (error) {
    const known = knownError(error);
    if (known === undefined) throw error;
    const { code, message, hint } = known;
    told.warn(`gantry: ${code} ${message} ${hint}`.trimEnd());
    if (line.values['format'] === 'json') told.print(JSON.stringify({ type: 'error', code, message, hint }));
    return code === 'INTERRUPTED' ? exitCode.interrupted : failure;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    if (told.cluster === undefined) cluster?.close();
  }
}

async function open(line: ParsedLine, told: Told): Promise<Cluster> {
  const choice = { context: textOption(line, 'context'), namespace: textOption(line, 'namespace') };
  try {
    return await openCluster({ ...choice, onWarning: (text) => told.warn(`warning: ${text}`) });
  } catch (cause) {
    const hint = 'Name its configuration in KUBECONFIG, or a context of it by --context.';
    throw new ReleaseError('NO_CLUSTER', (cause as Error).message + '.', hint, cause);
  }
}

interface Known {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Undefined: a defect. */
function knownError(error: unknown): Known | undefined {
  if (error instanceof ReleaseError || error instanceof ImageError) return error;
  if (error instanceof NotReachedError) {
    const hint =
      'Is the cluster up, and is it the one you mean? kubectl config current-context; --context chooses another.';
    return { code: 'NO_CLUSTER', message: `${error.message}.`, hint };
  }
  if (error instanceof LoginError) return { code: 'NOT_LOGGED_IN', message: `${error.message}.`, hint: '' };
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 401)
    return {
      code: 'NOT_LOGGED_IN',
      message: `${error.message}.`,
      hint: 'Log in again; kubectl auth whoami should answer.',
    };
  return { code: error.status === 403 ? 'NOT_ALLOWED' : 'REFUSED', message: error.message, hint: '' };
}

/** "ada@laptop", for the history. */
export function whoAsks(): string {
  return `${userInfo().username}@${hostname()}`;
}

/**
 * --timeout in seconds, as milliseconds. By default longer than a Deployment's own patience, so that Kubernetes' word comes
 * first, and longer the more pods are replaced one after another.
 */
export function rolloutTimeout(line: ParsedLine, objects: readonly KubernetesObject[]): number {
  const pods = objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ spec }) => (spec as { readonly replicas?: number }).replicas ?? 1);
  return timeoutOption(line, 180 + 15 * pods.reduce((sum, count) => sum + count, 0));
}

export function timeoutOption(line: ParsedLine, fallback: number): number {
  return integerOption(line, 'timeout', fallback, 1, 86_400) * 1_000;
}
