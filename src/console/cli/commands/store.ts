import { loadProject } from '../../../artifacts/project/load.ts';
import { findDeployment } from '../../../deploy/local/control/client.ts';
import { MemoryStores, nobodyHas, type MessageOfReplica } from '../../../runtime/stores/memory-stores.ts';
import { MessageStores, type StoreStatus } from '../../../runtime/stores/message-stores.ts';
import { StoreError, type StoreActions, type WaitingMessage } from '../../../runtime/stores/store-actions.ts';
import { vocabulary } from '../../../runtime/vocabulary.ts';
import { integerOption, textOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { exitCode, UsageError } from '../usage.ts';
import { formatOf, reportingTo, type CommandPlace, type CommandResult } from './deployment.ts';
import { table } from './table.ts';

export const storeOptions: OptionSpec = {
  id: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  replica: { type: 'string' },
  port: { type: 'string' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  format: { type: 'string' },
};

const synopsis = 'gantry store list [PATH...], or gantry store browse|purge|move|replay STORE [PATH...]';
const usualLimit = 20;

/** Wherever a store is. */
type Place = Pick<StoreActions | MemoryStores, 'browse' | 'purge' | 'move' | 'replay'>;

/**
 * `gantry store ...`: what waits in the message stores of a project: those outside of its replicas, and those in the memory
 * of replicas on this machine; without a PATH the latter only. JSON: StoreStatus[], WaitingMessage[], { moved }, { purged }.
 */
export async function runStore(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const [action, ...rest] = line.paths;
  if (action === undefined) throw new UsageError('The command needs to know what to do.', synopsis);
  if (!['list', 'browse', 'purge', 'move', 'replay'].includes(action))
    throw new UsageError(`gantry store does not know "${action}".`, synopsis);
  const [name, ...behind] = rest;
  if (action !== 'list' && name === undefined)
    throw new UsageError(`gantry store ${action} needs the name of a STORE.`, synopsis);
  try {
    return await reportingTo(line, () => onStores(line, place, action, name ?? '', action === 'list' ? rest : behind));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const output = formatOf(line) === 'json' ? `${JSON.stringify({ error: 'STORE', message: error.message })}\n` : '';
    return { exitCode: exitCode.failed, output, error: `${error.message}\n` };
  }
}

async function onStores(
  line: ParsedLine,
  { folder }: CommandPlace,
  action: string,
  name: string,
  paths: readonly string[],
): Promise<string> {
  const [registryDir, envFile] = [textOption(line, 'registry'), textOption(line, 'env-file')];
  const project = paths.length > 0 ? await loadProject(paths, { vocabulary, registryDir, envFile }) : undefined;
  const port = line.values['port'] === undefined ? undefined : integerOption(line, 'port', 0, 1);
  const pids = port === undefined ? undefined : await processesOf(port, folder);
  const inMemory = (): Promise<MemoryStores> =>
    MemoryStores.find({ project: project?.name, pids, pod: textOption(line, 'replica') });
  if (!project) {
    const memory = await inMemory();
    return action === 'list' ? listed(line, memory.list()) : act(line, action, name, memory);
  }
  await using outside = new MessageStores(project);
  if (action === 'list') {
    const found = outside.inMemory.length > 0 ? (await inMemory()).list() : [];
    const alone = outside.inMemory.filter((store) => !found.some((one) => one.name === store));
    const unseen = alone.map((store) => ({ name: store, kind: 'memory', waiting: null, trouble: nobodyHas(store) }));
    return listed(line, [...(await outside.list()), ...found, ...unseen]);
  }
  return act(line, action, name, outside.isInMemory(name) ? await inMemory() : outside);
}

async function processesOf(port: number, folder: string | undefined): Promise<ReadonlySet<number>> {
  const { pods } = await (await findDeployment({ port, folder })).status();
  return new Set(pods.flatMap(({ pid }) => pid ?? []));
}

function listed(line: ParsedLine, all: readonly StoreStatus[]): string {
  if (formatOf(line) === 'json') return `${JSON.stringify(all)}\n`;
  if (all.length === 0) return 'no replica with stores in its memory runs on this machine; name a PATH for others\n';
  const rows = all.map(({ name, kind, waiting, replica = '', trouble = '' }) => [
    name,
    kind,
    waiting === null ? '-' : String(waiting),
    replica,
    trouble,
  ]);
  return `${table(['STORE', 'KIND', 'WAITING', 'REPLICA', ''], rows).join('\n')}\n`;
}

async function act(line: ParsedLine, action: string, name: string, stores: Place): Promise<string> {
  const isJson = formatOf(line) === 'json';
  const id = textOption(line, 'id');
  const to = textOption(line, 'to');
  switch (action) {
    case 'browse': {
      const found = await stores.browse(name, integerOption(line, 'limit', usualLimit, 1, 100_000));
      if (isJson) return `${JSON.stringify(found)}\n`;
      return found.length === 0
        ? `nothing waits in ${name}\n`
        : `${table(['STORED', 'ID', 'BODY', 'FAILED', 'REPLICA'], found.map(row)).join('\n')}\n`;
    }
    case 'purge': {
      const purged = await stores.purge(name);
      return isJson ? `${JSON.stringify({ purged })}\n` : `${messages(purged)} removed from ${name}\n`;
    }
    case 'move':
      if (to === undefined)
        throw new UsageError('gantry store move needs to know where to.', 'gantry store move STORE --to STORE PATH...');
      return moved(
        isJson,
        await stores.move(name, to, id),
        `moved from ${name} to ${to}`,
        'it is not there, or its store gives only the oldest',
      );
    default:
      return moved(
        isJson,
        await stores.replay(name, to, id),
        `replayed from ${name}`,
        'it does not say which store it failed in, or that store is not there: use --to STORE',
      );
  }
}

function moved(
  isJson: boolean,
  result: { readonly moved: number; readonly stuck: string | undefined },
  what: string,
  why: string,
): string {
  if (result.stuck !== undefined)
    throw new StoreError(`${messages(result.moved)} ${what}, but not ${result.stuck}: ${why}.`);
  return isJson ? `${JSON.stringify({ moved: result.moved })}\n` : `${messages(result.moved)} ${what}\n`;
}

function messages(count: number): string {
  return `${count} message${count === 1 ? '' : 's'}`;
}

function row(message: WaitingMessage | MessageOfReplica): string[] {
  const { storedAt, id, body, bytes, contentType, failure } = message;
  // One line a message, whatever is in it.
  const text = body.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const shown = text.length > 60 ? `${text.slice(0, 60)}... (${bytes} bytes of ${contentType ?? 'no type'})` : text;
  const failed = failure ? `${failure.processor}: ${failure.reason}`.replace(/\s+/g, ' ') : '';
  return [new Date(storedAt).toISOString(), id, shown, failed, 'replica' in message ? message.replica : ''];
}
