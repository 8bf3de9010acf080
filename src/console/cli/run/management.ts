import { createServer } from 'node:http';
import { listen, type Listening } from '../../../listening.ts';
import type { DeploymentStatus } from '../../../deploy/status.ts';
import { version } from '../../../runtime/version.ts';

/**
 * The management port of a local deployment. Read-only for now: the server's data in MI's shape at /management, the
 * deployment at /management/deployment. The vendor's full management API gets its place here.
 */
export async function startManagement(port: number, status: () => DeploymentStatus): Promise<Listening> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.replace(/\/$/, '');
    const body =
      path === '/management' || path === '/management/server'
        ? {
            productName: 'Gantry',
            productVersion: version,
            runtime: `Node.js ${process.version}`,
            osName: process.platform,
          }
        : path === '/management/deployment'
          ? status()
          : undefined;
    const text = JSON.stringify(body ?? { error: 'not found', paths: ['/management', '/management/deployment'] });
    response.writeHead(body ? 200 : 404, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
  return listen(server, port, '127.0.0.1');
}
