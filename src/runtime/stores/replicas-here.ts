import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ask, isAbandoned, type Question } from '../../deploy/local/control/asking.ts';
import { runtimeFolder } from '../../deploy/local/control/socket.ts';
import type { Moved } from '../../stores/moving.ts';
import type { ReplicaSource } from './replica-door.ts';
import { StoreError, type WaitingMessage } from './store-actions.ts';

/** A replica and the stores in its memory. Every call may reject with StoreError. */
export interface StoringReplica {
  readonly pod: string;
  readonly stores: readonly { readonly name: string; readonly waiting: number }[];
  browse(store: string, limit: number): Promise<readonly WaitingMessage[]>;
  purge(store: string): Promise<number>;
  move(store: string, to: string, id?: string): Promise<Moved>;
  replay(store: string, to?: string, id?: string): Promise<Moved>;
}

/** One that runs on this machine. */
export interface ReplicaHere extends StoringReplica {
  /** Of its project. */
  readonly project: string;
  readonly source: ReplicaSource;
}

const answerMs = 10_000;

/** `pids`: only these processes. Removes the sockets of those that have died. */
export async function replicasHere(pids?: ReadonlySet<number>): Promise<readonly ReplicaHere[]> {
  const folder = runtimeFolder();
  const found = socketsIn(folder).filter(({ pid }) => pids?.has(pid) ?? true);
  const replicas = await Promise.all(found.map(({ file }) => reach(join(folder, file))));
  return replicas
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.pod.localeCompare(b.pod, undefined, { numeric: true }));
}

function socketsIn(folder: string): readonly { readonly file: string; readonly pid: number }[] {
  try {
    return readdirSync(folder).flatMap((file) => {
      const [, pid] = /^replica-(\d+)\.sock$/.exec(file) ?? [];
      return pid === undefined ? [] : [{ file, pid: Number(pid) }];
    });
  } catch {
    return [];
  }
}

async function reach(socket: string): Promise<ReplicaHere | undefined> {
  const askStores = (method: Question['method'], path: string): Promise<unknown> => {
    const question = { method, path, signal: AbortSignal.timeout(answerMs) };
    return ask(socket, question, ({ message }) => new StoreError(message));
  };
  let said: Pick<ReplicaHere, 'pod' | 'project' | 'source' | 'stores'>;
  try {
    said = (await askStores('GET', '/stores')) as typeof said;
  } catch (error) {
    isAbandoned(socket, error);
    return undefined;
  }
  const post = (store: string, action: string, how: Readonly<Record<string, string | undefined>> = {}) =>
    askStores('POST', `/stores/${encodeURIComponent(store)}/${action}?${query(how)}`);
  return {
    ...said,
    browse: async (store, limit) =>
      (await askStores('GET', `/stores/${encodeURIComponent(store)}/messages?limit=${limit}`)) as WaitingMessage[],
    purge: async (store) => ((await post(store, 'purge')) as { readonly purged: number }).purged,
    move: async (store, to, id) => (await post(store, 'move', { to, id })) as Moved,
    replay: async (store, to, id) => (await post(store, 'replay', { to, id })) as Moved,
  };
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  return String(
    new URLSearchParams(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined)),
  );
}
