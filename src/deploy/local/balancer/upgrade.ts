import { connect } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { requestHeaders } from './headers.ts';
import type { Desk } from './exchange.ts';

/**
 * A WebSocket (or any other upgrade) through the balancer: the handshake is written to one replica as it came, and
 * from then on bytes go both ways untouched. It counts as in flight on that replica for as long as it lasts.
 */
export function passUpgrade(desk: Desk, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const upstream = desk.rotation.pick();
  if (upstream === undefined) {
    client.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const url = new URL(upstream.origin);
  const replica = connect(Number(url.port), url.hostname);
  const passenger = { leave: () => false };
  upstream.board(passenger, desk.clock.monotonic());
  desk.traffic.begin();
  replica.once('connect', () => {
    const fields = requestHeaders(request);
    fields.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? '');
    let handshake = `${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1\r\n`;
    for (let i = 0; i < fields.length; i += 2) handshake += `${fields[i] ?? ''}: ${fields[i + 1] ?? ''}\r\n`;
    replica.write(`${handshake}\r\n`, 'latin1');
    if (head.length > 0) replica.write(head);
    client.pipe(replica).pipe(client);
  });
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    client.destroy();
    replica.destroy();
    upstream.alight(passenger);
    desk.traffic.end();
  };
  replica.on('error', end).on('close', end);
  client.on('error', end).on('close', end);
}
