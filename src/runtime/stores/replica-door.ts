/**
 * What waits in the memory of one replica, for whoever may be its user on its machine: JSON over HTTP on a unix socket,
 *
 *   <runtime folder>/replica-PID.sock
 *
 *   GET  /stores                          { pod, project, source, stores: [{ name, waiting }] }
 *   GET  /stores/NAME/messages?limit=N    [WaitingMessage], oldest first
 *   POST /stores/NAME/purge               { purged }
 *   POST /stores/NAME/move?to=&id=        Moved; `id` may be left out
 *   POST /stores/NAME/replay?to=&id=      Moved; both may
 *   anything that fails                   4xx { message }
 *
 * `to` is any store of the project. Never a TCP port: whoever reached it could read and remove messages.
 */
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { ownFolder } from '../../deploy/local/control/socket.ts';
import type { MessageStore } from '../../engine/ports.ts';
import { listenOnSocket } from '../../listening.ts';
import type { Logger } from '../../log.ts';
import { StoreActions, StoreError } from './store-actions.ts';

/** What a replica was made of: whoever comes to its door looks into stores elsewhere by it. */
export interface ReplicaSource {
  readonly paths: readonly string[];
  readonly registryDir?: string | undefined;
  readonly envFile?: string | undefined;
}

export interface ReplicaDoorOptions {
  readonly pod: string;
  readonly project: string;
  /** Absolute paths. */
  readonly source: ReplicaSource;
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly log: Logger;
}

export interface ReplicaDoor {
  close(): Promise<void>;
}

const usualLimit = 20;

/** Opens nothing where there is no store. A machine that gives no place for a socket is told, and no reason to end. */
export async function openReplicaDoor(options: ReplicaDoorOptions): Promise<ReplicaDoor> {
  const { stores, log } = options;
  const none = { close: async () => {} };
  if (stores.size === 0) return none;
  const server = createServer((request, response) => {
    const send = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    answer(options, request.method ?? '', new URL(request.url ?? '/', 'http://replica')).then(
      (value) => send(200, value),
      (error: unknown) => send(error instanceof StoreError ? 409 : 500, { message: (error as Error).message }),
    );
  });
  try {
    // One that is there is of a process that had this number before.
    return await listenOnSocket(server, join(ownFolder(), `replica-${process.pid}.sock`));
  } catch (error) {
    log.warn(`Its stores cannot be looked into by gantry store: ${(error as Error).message}`);
    return none;
  }
}

async function answer(
  { stores, pod, project, source }: ReplicaDoorOptions,
  method: string,
  url: URL,
): Promise<unknown> {
  const [, root, encoded = '', action = ''] = url.pathname.split('/');
  const route = `${method} /${root}${encoded === '' ? '' : `/NAME/${action}`}`;
  const name = decodeURIComponent(encoded);
  const [to, id] = [url.searchParams.get('to') ?? undefined, url.searchParams.get('id') ?? undefined];
  const actions = new StoreActions({
    from: (from) => found(stores, from, isInMemory, 'in the memory of this replica'),
    to: (target) => found(stores, target, () => true, 'of this project'),
  });
  switch (route) {
    case 'GET /stores': {
      const inMemory = [...stores.values()].filter(isInMemory);
      const waiting = inMemory.map((store) => ({ name: store.name, waiting: store.waiting ?? 0 }));
      return { pod, project, source, stores: waiting };
    }
    case 'GET /stores/NAME/messages':
      return actions.browse(name, Number(url.searchParams.get('limit') ?? usualLimit));
    case 'POST /stores/NAME/purge':
      return { purged: await actions.purge(name) };
    case 'POST /stores/NAME/move':
      if (to === undefined) throw new StoreError('Moving needs a store to move to.');
      return actions.move(name, to, id);
    case 'POST /stores/NAME/replay':
      return actions.replay(name, to, id);
    default:
      throw new StoreError(`There is no ${method} ${url.pathname}.`);
  }
}

function found(
  stores: ReadonlyMap<string, MessageStore>,
  name: string,
  fits: (store: MessageStore) => boolean,
  where: string,
): MessageStore {
  const store = stores.get(name);
  if (store && fits(store)) return store;
  const known = [...stores.values()].filter(fits).map((one) => one.name);
  throw new StoreError(
    `There is no message store ${name} ${where}${known.length ? `; there are ${known.join(', ')}` : ''}.`,
  );
}

function isInMemory({ durability }: MessageStore): boolean {
  return durability === 'memory';
}

/** Whoever reads it may be in another folder. */
export function absolute({ paths, registryDir, envFile }: ReplicaSource): ReplicaSource {
  return {
    paths: paths.map((path) => resolve(path)),
    registryDir: registryDir && resolve(registryDir),
    envFile: envFile && resolve(envFile),
  };
}
