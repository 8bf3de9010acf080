import { readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
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
  let said: Pick<ReplicaHere, 'pod' | 'project' | 'source' | 'stores'>;
  try {
    said = (await ask(socket, 'GET', '/stores')) as typeof said;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') rmSync(socket, { force: true });
    return undefined;
  }
  const post = (store: string, action: string, how: Readonly<Record<string, string | undefined>> = {}) =>
    ask(socket, 'POST', `/stores/${encodeURIComponent(store)}/${action}?${query(how)}`);
  return {
    ...said,
    browse: async (store, limit) =>
      (await ask(socket, 'GET', `/stores/${encodeURIComponent(store)}/messages?limit=${limit}`)) as WaitingMessage[],
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

function ask(socketPath: string, method: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(answerMs);
    const request = httpRequest({ socketPath, method, path, agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        const value: unknown = JSON.parse(text);
        if (response.statusCode === 200) resolve(value);
        else reject(new StoreError((value as { readonly message: string }).message));
      });
    });
    request.on('error', reject);
    request.end();
  });
}
