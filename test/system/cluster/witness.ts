/**
 * The backend of the deployments under test, on an address that pods can reach. It sees what really happened: which pod
 * sent which request, and which scheduled run came with which fencing token.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lost, type Sent } from './load.ts';

export interface Seen {
  /** Its first part: "/till". */
  readonly path: string;
  readonly url: string;
  /** The order's id, of a request that a client sent. */
  readonly order: string | undefined;
  /** Address of the pod. */
  readonly from: string;
  /** By performance.now(). */
  readonly at: number;
  readonly token: number | undefined;
  /** Of a scheduled run: the same for every attempt. */
  readonly key: string | undefined;
}

export interface Witness extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Calls back for everything that comes from now on. */
  onSeen(tell: (one: Seen) => void): void;
}

/** Answers after that long, so that requests are in flight somewhere that can be looked at. */
const answerMs: Readonly<Record<string, number>> = { '/till': 20, '/slow': 5_000, '/run': 0 };

/** Of /large: so many parts, one each tenth of a second. */
export const large: { readonly parts: number; readonly bytes: number } = { parts: 50, bytes: 64 * 1024 };

export async function openWitness(host: string): Promise<Witness> {
  const seen: Seen[] = [];
  const listeners: ((one: Seen) => void)[] = [];
  const server = createServer((request, response) => {
    // An API adds the rest of its own path.
    const path = /^\/\w*/.exec(request.url ?? '')?.[0] ?? '/';
    const { 'x-order': order, 'x-fencing-token': token, 'idempotency-key': key } = request.headers;
    const one: Seen = {
      path,
      url: request.url ?? '',
      order: order?.toString(),
      from: request.socket.remoteAddress ?? '',
      at: performance.now(),
      token: token === undefined ? undefined : Number(token),
      key: key?.toString(),
    };
    seen.push(one);
    for (const tell of listeners) tell(one);
    request.resume().once('end', () => {
      if (path === '/large') {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        let left = large.parts;
        const timer = setInterval(() => {
          response.write(Buffer.alloc(large.bytes, 'x'));
          if (--left > 0) return;
          clearInterval(timer);
          response.end();
        }, 100);
        response.once('close', () => clearInterval(timer));
        return;
      }
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ order: one.order ?? null }));
      }, answerMs[path] ?? 0);
    });
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((listening) => server.listen(0, host, listening));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    seen,
    onSeen: (tell) => void listeners.push(tell),
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/**
 * What was lost, by whom. An Ingress that loads its settings anew closes the connections that its clients keep, also one
 * on which a request is just on its way (RFC 9112, 9.5): that request never reached a pod, and the client sends it again.
 */
export function blame(
  sent: readonly Sent[],
  seen: readonly Seen[],
): { readonly ours: readonly Sent[]; readonly byIngress: readonly Sent[] } {
  const arrived = new Set(seen.map(({ order }) => order));
  const { ours = [], byIngress = [] } = Object.groupBy(lost(sent), (one) =>
    one.door === 'Ingress' && one.closedBetween && !arrived.has(one.id) ? 'byIngress' : 'ours',
  );
  return { ours, byIngress };
}

/** Scheduled runs that came twice, and those whose token was lower than one seen before; both must not be. */
export function doubted(seen: readonly Seen[]): {
  readonly twice: number;
  readonly stale: number;
  readonly runs: number;
} {
  const runs = seen.filter(({ key }) => key !== undefined);
  const highest = new Map<string, number>();
  let stale = 0;
  for (const { url, key = '', token = 0 } of runs) {
    // A key is its artifact's and when it was due. Deployments send to addresses of their own.
    const artifact = `${url} ${key.replace(/\W\d+$/, '')}`;
    if (token < (highest.get(artifact) ?? 0)) stale++;
    else highest.set(artifact, token);
  }
  return { runs: runs.length, twice: runs.length - new Set(runs.map(({ url, key }) => `${url} ${key}`)).size, stale };
}
