// The order system that the example integrates: two servers over the same orders, and a warehouse that takes notices.
// `gantry run` starts it because deployment.toml names it under [[gantry.mock]].
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Starts the servers; the variables in `env` stand for the placeholders of the artifacts. */
export default async function start() {
  const orders = new Map([
    ['1', { id: '1', item: 'coffee beans', quantity: 2, status: 'SHIPPED' }],
    ['2', { id: '2', item: 'grinder', quantity: 1, status: 'OPEN' }],
  ]);
  let next = 3;
  const inbox = mkdtempSync(join(tmpdir(), 'gantry-orders-'));

  const answer = (res, status, body) => {
    const text = JSON.stringify(body);
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  };
  const handle = async (req, res) => {
    let text = '';
    for await (const part of req) text += part;
    const id = /^\/orders\/([^/?]+)/.exec(req.url)?.[1];
    if (req.url === '/warehouse/notices') return answer(res, 200, { accepted: true });
    if (req.method === 'GET' && id === undefined) return answer(res, 200, [...orders.values()].slice(-100));
    if (req.method === 'GET') {
      return orders.has(id) ? answer(res, 200, orders.get(id)) : answer(res, 404, { error: `there is no order ${id}` });
    }
    let order;
    try {
      order = JSON.parse(text);
    } catch {
      return answer(res, 400, { error: 'the body is not JSON' });
    }
    const key = id ?? String(next++);
    const saved = { ...order, id: key, status: 'OPEN' };
    orders.set(key, saved);
    if (orders.size > 10_000) orders.delete(orders.keys().next().value);
    return answer(res, id === undefined ? 201 : 200, saved);
  };
  const listen = () =>
    new Promise((resolve, reject) => {
      const server = createServer((req, res) => {
        handle(req, res).catch((error) => answer(res, 500, { error: String(error) }));
      });
      server.keepAliveTimeout = 60_000;
      server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
    });
  const servers = await Promise.all([listen(), listen()]);
  const url = (server) => `http://127.0.0.1:${server.address().port}`;
  return {
    env: {
      orders_backend: url(servers[0]),
      orders_backend_standby: url(servers[1]),
      orders_inbox: pathToFileURL(inbox).href,
    },
    async close() {
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done).closeAllConnections())));
      rmSync(inbox, { recursive: true, force: true });
    },
  };
}
