/**
 * `gantry store` with --namespace or --context: what the same command says inside of the deployment's pods. There it reaches
 * a replica's memory, and databases and brokers with the addresses and passwords that the pods have.
 */
import { ApiError } from '../../../../coordination/arbiters/kubernetes/api-error.ts';
import { kinds, programInImage, type ClusterClient, type Pod } from '../../../../deploy/kubernetes/index.ts';
import { DeploymentError } from '../../../../deploy/local/deployment-error.ts';
import { MemoryStores } from '../../../../runtime/stores/memory-stores.ts';
import type { StoreStatus } from '../../../../runtime/stores/message-stores.ts';
import type { StoringReplica } from '../../../../runtime/stores/replicas-here.ts';
import { StoreError, type Moved, type WaitingMessage } from '../../../../runtime/stores/store-actions.ts';
import { textOption, type ParsedLine } from '../../options.ts';
import { UsageError } from '../../usage.ts';
import type { Place } from '../store-shown.ts';
import type { Stores } from '../store.ts';
import { inCluster } from './arbiter.ts';

/** Moving a million messages takes its time; a pod on a lost node never answers. */
const answerMs = 120_000;

export async function onStoresInCluster(
  line: ParsedLine,
  paths: readonly string[],
  act: (stores: Stores) => Promise<string>,
): Promise<string> {
  for (const word of ['port', 'registry', 'env-file'])
    if (line.values[word] !== undefined)
      throw new UsageError(`--${word} does not go with --namespace, --context and --deployment.`);
  if (paths.length > 0) throw new UsageError('A PATH is not needed in a cluster: each pod has its project.');
  return inCluster(line, textOption(line, 'deployment'), async ({ cluster, deployment }) =>
    act(await storesOf(cluster, deployment, textOption(line, 'replica'))),
  );
}

async function storesOf(cluster: ClusterClient, deployment: string, only: string | undefined): Promise<Stores> {
  const pods = await runningPods(cluster, deployment);
  const ask: Ask = (pod, words) => askInside(cluster, pod, words);
  // A project without any store has pods that say so; that is told when nobody has one.
  const asked = await Promise.allSettled(pods.map((pod) => replicaIn(pod, ask)));
  const replicas = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of asked)
    if (one.status === 'rejected' && (replicas.length === 0 || !(one.reason instanceof StoreError))) throw one.reason;
  const memory = MemoryStores.of(replicas, only);
  const outside = inside(pods[0]!, ask, []);
  return {
    async list() {
      const shared = only === undefined ? ((await ask(pods[0]!, ['list'])) as readonly StoreStatus[]) : [];
      return [...shared.filter(({ replica, name }) => replica === undefined && !memory.has(name)), ...memory.list()];
    },
    of: (store) => (only !== undefined || memory.has(store) ? memory : outside),
  };
}

/** Those that are told to go hand their work to others; what waits in their memory is theirs to finish. */
async function runningPods(cluster: ClusterClient, deployment: string): Promise<readonly string[]> {
  const { namespace } = cluster;
  const query = { kind: kinds.pods, namespace, labelSelector: `app.kubernetes.io/instance=${deployment}` };
  const all = await cluster.list<Pod>(query, AbortSignal.timeout(answerMs));
  const running = all.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.containerStatuses?.some(({ state }) => state?.running),
  );
  if (running.length > 0) return running.map(({ metadata }) => metadata.name).toSorted();
  if (all.length === 0)
    throw new DeploymentError('NOT_FOUND', `Namespace ${namespace} has no pod of a deployment "${deployment}".`);
  throw new DeploymentError(
    'NOT_RUNNING',
    `No pod of ${deployment} runs. gantry status ${deployment} --namespace ${namespace} says why.`,
  );
}

/** What `gantry store` answers in a pod, read from its JSON. */
type Ask = (pod: string, words: readonly string[]) => Promise<unknown>;

async function replicaIn(pod: string, ask: Ask): Promise<StoringReplica> {
  const its = ['--replica', pod];
  const found = (await ask(pod, ['list', ...its])) as readonly StoreStatus[];
  const stores = found.map(({ name, waiting }) => ({ name, waiting: waiting ?? 0 }));
  return { pod, stores, ...inside(pod, ask, its) };
}

function inside(pod: string, ask: Ask, its: readonly string[]): Place {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, value];
  return {
    browse: async (store, limit) =>
      (await ask(pod, ['browse', store, ...its, '--limit', String(limit)])) as readonly WaitingMessage[],
    purge: async (store) => ((await ask(pod, ['purge', store, ...its])) as { readonly purged: number }).purged,
    move: async (store, to, id) => movedBy(await ask(pod, ['move', store, ...its, '--to', to, ...option('id', id)])),
    replay: async (store, to, id) =>
      movedBy(await ask(pod, ['replay', store, ...its, ...option('to', to), ...option('id', id)])),
  };
}

function movedBy(answer: unknown): Moved {
  const { moved, stuck } = answer as Partial<Moved>;
  return { moved: moved ?? 0, stuck };
}

async function askInside(cluster: ClusterClient, pod: string, words: readonly string[]): Promise<unknown> {
  const command = ['node', programInImage, 'store', ...words, '--format', 'json'];
  const container = { pod, name: 'gantry', namespace: cluster.namespace };
  const signal = AbortSignal.timeout(answerMs);
  const { code, out, err } = await cluster.run(container, command, signal).catch((error: unknown) => {
    if (signal.aborted)
      throw new StoreError(`${pod} has not answered within ${answerMs / 1_000} s; it may do yet what it was told to.`);
    throw error instanceof ApiError && error.status === 403 ? mayNot(error) : error;
  });
  const answer: unknown = /^[[{]/.test(out) ? JSON.parse(out) : undefined;
  if (code === 0) return answer;
  const { message, stuck } = (answer ?? {}) as { readonly message?: string; readonly stuck?: string };
  if (stuck !== undefined) return answer;
  throw new StoreError(`${pod}: ${message ?? (err.trim() || `gantry store ended there with exit code ${code}`)}`);
}

function mayNot({ said, asked }: ApiError): DeploymentError {
  return new DeploymentError(
    'NOT_POSSIBLE',
    `You may not look into pods in namespace ${asked.namespace}: ${said}. ` +
      'A Role with this rule allows it: {apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"]}.',
  );
}
