import { loadProject } from '../../../artifacts/project/load.ts';
import { MessageStores, StoreError, type WaitingMessage } from '../../../runtime/stores/message-stores.ts';
import { vocabulary } from '../../../runtime/vocabulary.ts';
import { integerOption, textOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { exitCode, UsageError } from '../usage.ts';
import { formatOf, type CommandResult } from './deployment.ts';
import { table } from './table.ts';

export const storeOptions: OptionSpec = {
  id: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  format: { type: 'string' },
};

const synopsis = 'gantry store list PATH..., or gantry store browse|purge|move|replay STORE PATH...';
const usualLimit = 20;

/** `gantry store ...`: what waits in the message stores of a project. JSON: StoreStatus[], WaitingMessage[], { moved }, { purged }. */
export async function runStore(line: ParsedLine): Promise<CommandResult> {
  const [action, ...rest] = line.paths;
  if (action === undefined) throw new UsageError('The command needs to know what to do.', synopsis);
  const [name, ...behind] = rest;
  const paths = action === 'list' ? rest : behind;
  if (!['list', 'browse', 'purge', 'move', 'replay'].includes(action))
    throw new UsageError(`gantry store does not know "${action}".`, synopsis);
  if (paths.length === 0) throw new UsageError(`gantry store ${action} needs the PATH of a project.`, synopsis);
  const registryDir = textOption(line, 'registry');
  const envFile = textOption(line, 'env-file');
  const project = await loadProject(paths, { vocabulary, registryDir, envFile });
  await using stores = new MessageStores(project);
  try {
    return { exitCode: exitCode.ok, output: await act(line, action, name ?? '', stores) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const output = formatOf(line) === 'json' ? `${JSON.stringify({ error: 'STORE', message: error.message })}\n` : '';
    return { exitCode: exitCode.failed, output, error: `${error.message}\n` };
  }
}

async function act(line: ParsedLine, action: string, name: string, stores: MessageStores): Promise<string> {
  const isJson = formatOf(line) === 'json';
  const id = textOption(line, 'id');
  const to = textOption(line, 'to');
  switch (action) {
    case 'list': {
      const all = await stores.list();
      if (isJson) return `${JSON.stringify(all)}\n`;
      const rows = all.map((one) => [
        one.name,
        one.kind,
        one.waiting === null ? '-' : String(one.waiting),
        one.trouble ?? '',
      ]);
      return `${table(['STORE', 'KIND', 'WAITING', ''], rows).join('\n')}\n`;
    }
    case 'browse': {
      const found = await stores.browse(name, integerOption(line, 'limit', usualLimit, 1, 100_000));
      if (isJson) return `${JSON.stringify(found)}\n`;
      return found.length === 0
        ? `nothing waits in ${name}\n`
        : `${table(['STORED', 'ID', 'BODY', 'FAILED'], found.map(row)).join('\n')}\n`;
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

function row({ storedAt, id, body, bytes, contentType, failure }: WaitingMessage): string[] {
  // One line a message, whatever is in it.
  const text = body.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const shown = text.length > 60 ? `${text.slice(0, 60)}... (${bytes} bytes of ${contentType ?? 'no type'})` : text;
  const failed = failure ? `${failure.processor}: ${failure.reason}`.replace(/\s+/g, ' ') : '';
  return [new Date(storedAt).toISOString(), id, shown, failed];
}
