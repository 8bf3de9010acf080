/**
 * What Node itself costs: node:http in, an undici pool out, and the workloads written by hand. BACKEND says where to.
 * Nothing here routes, suspends, counts or survives a failure; it is the floor that the product is held against.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Pool } from 'undici';

interface Order {
  readonly id: string;
  readonly status: string;
  readonly total: number;
  readonly region: string;
  readonly customer: { readonly name: string; readonly email: string };
  readonly item: { readonly sku: string; readonly qty: number };
}

const pool = new Pool(process.env['BACKEND']!, { connections: 64, pipelining: 1 });

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET' } = request;
  const headers = { 'content-type': request.headers['content-type'] ?? 'application/octet-stream' };
  const body = method === 'GET' ? null : request;
  await pool.stream({ path: '/order', method, body, headers }, (answer) => {
    const { 'content-type': type, 'content-length': length } = answer.headers as Record<string, string>;
    return response.writeHead(answer.statusCode, { 'content-type': type, 'content-length': length });
  });
}

async function transform(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { order } = (await json(request)) as { readonly order: Order };
  const { id, customer, item, region } = order;
  const receipt = { orderId: id, buyer: customer.name, mail: customer.email, sku: item.sku, qty: item.qty, region };
  answer(response, { receipt });
}

async function enrich(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { body } = await pool.request({ path: '/order', method: 'GET' });
  const { order } = (await body.json()) as { readonly order: Order };
  answer(response, {
    summary: { id: order.id, buyer: order.customer.name, status: order.status, total: order.total },
  });
}

function answer(response: ServerResponse, value: object): void {
  const text = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

const paths: Readonly<Record<string, typeof pass>> = { '/pass': pass, '/transform': transform, '/enrich': enrich };
const server = createServer((request, response) => {
  const serve = paths[request.url ?? ''];
  if (!serve) return void response.writeHead(404).end();
  serve(request, response).catch(() => response.writeHead(502).end());
});
server.listen(0, '127.0.0.1', () => console.log(`baseline on port ${(server.address() as AddressInfo).port}`));
