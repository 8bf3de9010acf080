import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { systemClock, type Clock } from '../../clock.ts';
import { pageFiles } from './page-files.ts';
import { openEventStream, type Source } from './stream.ts';

export type { Source } from './stream.ts';

export interface DashboardOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  readonly source: Source;
  readonly clock?: Clock;
}

export interface Dashboard {
  readonly port: number;
  close(): Promise<void>;
}

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/**
 * Serves the live page of a deployment: `/`, its files, `/api/status` and `/api/terms` (JSON) and `/events` (see stream.ts).
 * Read-only: nothing can be changed through it. Rejects with the listener's error, e.g. EADDRINUSE.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const host = options.host ?? '127.0.0.1';
  const files = pageFiles();
  const stream = openEventStream(options.source, options.clock ?? systemClock);

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (!isOurName(request.headers.host, host)) {
      return plain(response, 421, 'This page is served under the address it listens on.');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return plain(response, 405, 'This page can only be read.');
    }
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (path === '/events') {
      if (request.method === 'HEAD') return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
      const lastId = request.headers['last-event-id'];
      return stream.open(response, typeof lastId === 'string' ? lastId : undefined);
    }
    if (path === '/api/status') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(`${JSON.stringify(options.source.status())}\n`);
    }
    if (path === '/api/terms') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(`${JSON.stringify({ terms: options.source.terms(0).terms })}\n`);
    }
    const file = files.get(path);
    if (!file) return plain(response, 404, 'There is nothing here.');
    response.writeHead(200, { 'content-type': file.type });
    response.end(file.text);
  };

  const server = createServer(answer);
  server.on('clientError', (_error, socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, host, resolve);
    });
  } catch (error) {
    stream.close();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      stream.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/**
 * Keeps other sites from reading the page through a name of theirs that leads to this machine (DNS rebinding):
 * on a loopback address only loopback names are ours.
 */
function isOurName(header: string | undefined, listening: string): boolean {
  if (header === undefined) return false;
  const name = header.replace(/:\d+$/, '').toLowerCase();
  const bare = name.replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name === listening || isIP(bare) !== 0) return true;
  return !isLoopback(listening);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
