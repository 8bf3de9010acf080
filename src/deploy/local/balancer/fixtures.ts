import {
  createServer,
  request as httpRequest,
  type Agent,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'node:test';
import { startBalancer, type Balancer, type BalancerOptions } from './balancer.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A server in the place of a replica; closed after the test. */
export async function replica(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A balancer in front of them, pod-1 and so on. */
export async function balancerOf(
  origins: readonly string[],
  options: Partial<BalancerOptions> = {},
): Promise<Balancer> {
  const balancer = await startBalancer({ port: 0, ...options });
  open.push(balancer);
  origins.forEach((origin, i) => balancer.add({ name: `pod-${i + 1}`, origin }));
  return balancer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly raw: readonly string[];
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

export function ask(
  balancer: Balancer,
  { method = 'GET', path = '/', body, headers = {}, agent }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: balancer.port,
      method,
      path,
      headers,
      agent: agent ?? false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, raw: response.rawHeaders, body: text });
      });
    });
    request.end(body);
  });
}

/** Answers with its name. */
export const named =
  (name: string): RequestListener =>
  (_request, response) =>
    void response.end(name);
