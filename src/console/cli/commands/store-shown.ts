/** What `gantry store` says: for people, or as JSON for programs. */
import type { MessageOfReplica } from '../../../runtime/stores/memory-stores.ts';
import type { StoreStatus } from '../../../runtime/stores/message-stores.ts';
import {
  StoreError,
  type Moved,
  type StoreActions,
  type WaitingMessage,
} from '../../../runtime/stores/store-actions.ts';
import { integerOption, textOption, type ParsedLine } from '../options.ts';
import { formatOf } from './running/deployment.ts';
import { table } from './table.ts';

const usualLimit = 20;

/** Wherever a store is. */
export type Place = Pick<StoreActions, 'browse' | 'purge' | 'move' | 'replay'>;

/** Not all went that were to; those that did are gone from where they were. */
export class StuckError extends StoreError {
  readonly result: Moved;

  constructor(text: string, result: Moved) {
    super(text);
    this.result = result;
  }
}

export function listed(line: ParsedLine, all: readonly StoreStatus[]): string {
  if (formatOf(line) === 'json') return `${JSON.stringify(all)}\n`;
  if (all.length === 0) return 'no replica with message stores runs here; name the PATH of a project\n';
  const rows = all.map(({ name, kind, waiting, replica = '', trouble = '' }) => [
    name,
    kind,
    waiting === null ? '-' : String(waiting),
    replica,
    trouble,
  ]);
  return `${table(['STORE', 'KIND', 'WAITING', 'REPLICA', ''], rows).join('\n')}\n`;
}

/** Acts on one store, and says what came of it. */
export async function acted(line: ParsedLine, action: string, name: string, stores: Place): Promise<string> {
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
      return moved(
        isJson,
        await stores.move(name, to!, id),
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

function moved(isJson: boolean, result: Moved, what: string, why: string): string {
  if (result.stuck !== undefined)
    throw new StuckError(`${messages(result.moved)} ${what}, but not ${result.stuck}: ${why}.`, result);
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
