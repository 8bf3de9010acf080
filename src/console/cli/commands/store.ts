import { loadProject } from '../../../artifacts/project/load.ts';
import { findDeployment } from '../../../deploy/local/control/client.ts';
import { MemoryStores, nobodyHas, sourceHere } from '../../../runtime/stores/memory-stores.ts';
import { MessageStores, type StoreStatus } from '../../../runtime/stores/message-stores.ts';
import { StoreError } from '../../../runtime/stores/store-actions.ts';
import { vocabulary } from '../../../runtime/vocabulary.ts';
import { integerOption, textOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { exitCode, UsageError } from '../usage.ts';
import {
  deploymentOptions,
  formatOf,
  reportingTo,
  type CommandPlace,
  type CommandResult,
} from './running/deployment.ts';
import { acted, listed, StuckError, type Place } from './store-shown.ts';

/** Where a deployment in a cluster is. */
const clusterWords = ['context', 'namespace', 'deployment'] as const;

export const storeOptions: OptionSpec = {
  id: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  replica: { type: 'string' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  ...deploymentOptions,
  ...Object.fromEntries(clusterWords.map((word) => [word, { type: 'string' }])),
};

const synopsis = 'gantry store list [PATH...], or gantry store browse|purge|move|replay STORE [PATH...]';

/** The stores of a project, wherever each is. */
export interface Stores {
  list(): Promise<readonly StoreStatus[]>;
  of(name: string): Place;
}

/**
 * `gantry store ...`: what waits in the message stores of a project: those outside of its replicas, and those in the memory
 * of replicas on this machine or, with --namespace, in a cluster. Without a PATH the project is that of the deployment.
 * JSON: StoreStatus[], WaitingMessage[], { moved }, { purged }.
 */
export async function runStore(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const [action, ...rest] = line.paths;
  if (action === undefined) throw new UsageError('The command needs to know what to do.', synopsis);
  if (!['list', 'browse', 'purge', 'move', 'replay'].includes(action))
    throw new UsageError(`gantry store does not know "${action}".`, synopsis);
  const [name = '', ...behind] = action === 'list' ? ['', ...rest] : rest;
  if (action !== 'list' && name === '')
    throw new UsageError(`gantry store ${action} needs the name of a STORE.`, synopsis);
  if (action === 'move' && line.values['to'] === undefined)
    throw new UsageError('gantry store move needs to know where to.', 'gantry store move STORE --to STORE [PATH...]');
  const act = async (stores: Stores): Promise<string> =>
    action === 'list' ? listed(line, await stores.list()) : acted(line, action, name, stores.of(name));
  try {
    return await reportingTo(line, async () => {
      if (clusterWords.every((word) => line.values[word] === undefined)) return onStoresHere(line, place, behind, act);
      const { onStoresInCluster } = await import('./cluster/stores.ts');
      return onStoresInCluster(line, behind, act);
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { message } = error;
    const said = { error: 'STORE', message, ...(error instanceof StuckError && error.result) };
    const output = formatOf(line) === 'json' ? `${JSON.stringify(said)}\n` : '';
    return { exitCode: exitCode.failed, output, error: `${message}\n` };
  }
}

async function onStoresHere(
  line: ParsedLine,
  { folder }: CommandPlace,
  named: readonly string[],
  act: (stores: Stores) => Promise<string>,
): Promise<string> {
  const port = line.values['port'] === undefined ? undefined : integerOption(line, 'port', 0, 1);
  const pids = port === undefined ? undefined : await processesOf(port, folder);
  const pod = textOption(line, 'replica');
  // Whoever means one replica means its memory.
  const running = named.length > 0 || pod !== undefined ? undefined : await sourceHere(pids);
  const paths = running?.paths ?? named;
  if (paths.length === 0) {
    const memory = await MemoryStores.find({ pids, pod });
    return act({ list: async () => memory.list(), of: () => memory });
  }
  const registryDir = textOption(line, 'registry') ?? running?.registryDir;
  const envFile = textOption(line, 'env-file') ?? running?.envFile;
  const project = await loadProject(paths, { vocabulary, registryDir, envFile });
  await using outside = new MessageStores(project);
  const isInMemory = outside.inMemory.length > 0;
  const memory = isInMemory ? await MemoryStores.find({ project: project.name, pids, pod }) : MemoryStores.of([]);
  return await act({
    async list() {
      const alone = outside.inMemory.filter((store) => !memory.has(store));
      const unseen = alone.map((store) => ({ name: store, kind: 'memory', waiting: null, trouble: nobodyHas(store) }));
      return [...(await outside.list()), ...memory.list(), ...unseen];
    },
    of: (store) => (outside.isInMemory(store) ? memory : outside),
  });
}

async function processesOf(port: number, folder: string | undefined): Promise<ReadonlySet<number>> {
  const { pods } = await (await findDeployment({ port, folder })).status();
  return new Set(pods.flatMap(({ pid }) => pid ?? []));
}
