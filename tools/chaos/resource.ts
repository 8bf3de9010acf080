/** The recording resource, in a thread of its own: it sees every effect, and enforces tokens. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Effect } from './history.ts';

export interface Resource {
  /** Where the replica of that name sends its effects. */
  address(process: string): string;
  close(): Promise<void>;
}

export type FromResource =
  { readonly type: 'open'; readonly port: number } | { readonly type: 'effect'; readonly effect: Effect };

export async function openResource(onEffect: (effect: Effect) => void): Promise<Resource> {
  const thread = new Worker(new URL('./resource-thread.ts', import.meta.url));
  const open = Promise.withResolvers<number>();
  thread.on('message', (message: FromResource) => {
    if (message.type === 'open') open.resolve(message.port);
    else onEffect(message.effect);
  });
  thread.once('error', (error) => open.reject(error));
  const port = await open.promise;
  return {
    address: (process) => `http://127.0.0.1:${port}/${encodeURIComponent(process)}`,
    async close() {
      thread.postMessage('close');
      await once(thread, 'exit');
    },
  };
}
