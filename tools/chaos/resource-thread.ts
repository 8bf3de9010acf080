/**
 *   POST /<process>
 *   X-Fencing-Token: <token>
 *   Idempotency-Key: <artifact>@<due time>
 *
 *   200  done; slow tasks wait for it
 *   409  a higher token was seen for this artifact
 *   400  one of the headers is missing
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { Effect } from './history.ts';
import { now } from './now.ts';
import { slowBackendMs } from './project.ts';
import type { FromResource } from './resource.ts';

const tell = (message: FromResource): void => parentPort!.postMessage(message);
const highest = new Map<string, number>();

type Call = Pick<Effect, 'process' | 'artifact' | 'due' | 'token'>;

function readCall({ url = '/', headers }: IncomingMessage): Call | undefined {
  const key = /^(.+)@(\d+)$/.exec(decodeURI(String(headers['idempotency-key'])));
  const token = Number(headers['x-fencing-token']);
  if (!key || !Number.isSafeInteger(token)) return undefined;
  return { process: decodeURIComponent(url.slice(1)), artifact: key[1]!, due: Number(key[2]), token };
}

const server = createServer((request, response) => {
  const arrivedAt = now();
  request.resume();
  const call = readCall(request);
  if (!call) {
    response.writeHead(400).end();
    return;
  }
  const accepted = call.token >= (highest.get(call.artifact) ?? -Infinity);
  if (accepted) highest.set(call.artifact, call.token);
  const finish = (): void => {
    tell({ type: 'effect', effect: { ...call, arrivedAt, doneAt: now(), accepted } });
    response.writeHead(accepted ? 200 : 409).end();
  };
  // Once begun it is done, whether the caller lives or not.
  if (accepted && call.artifact.startsWith('task/slow-')) setTimeout(finish, slowBackendMs);
  else finish();
});

parentPort!.once('message', () => {
  server.close();
  server.closeAllConnections();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
tell({ type: 'open', port: (server.address() as AddressInfo).port });
