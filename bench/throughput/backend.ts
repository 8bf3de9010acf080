/** The backend of the comparison: one JSON order for whatever is asked. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const lines = Array.from({ length: 12 }, (_, n) => ({ sku: `SKU-${1000 + n}`, qty: n + 1, price: 10.5 + n }));
const order = {
  id: 'A-1',
  status: 'CONFIRMED',
  total: 151.6,
  customer: { name: 'Ada Lovelace', email: 'ada@example.org' },
  lines,
};
const answer = Buffer.from(JSON.stringify({ order }));

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`backend on port ${(server.address() as AddressInfo).port}`));
