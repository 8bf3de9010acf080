import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { balancerOf, replica } from './fixtures.ts';

test('an upgraded connection passes bytes both ways', async () => {
  const { server, origin } = await replica(() => {});
  server.on('upgrade', (request, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade ?? ''}\r\n\r\n`,
    );
    socket.on('data', (chunk: Buffer) => socket.end(chunk.toString().toUpperCase()));
  });
  const balancer = await balancerOf([origin]);
  const socket = connect(balancer.port, '127.0.0.1');
  socket.write('GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    if (text === '') socket.write('hello');
    text += chunk as string;
  }
  assert.match(text, /^HTTP\/1.1 101 [\s\S]*\r\n\r\nHELLO$/);
  assert.equal(balancer.traffic().inFlight, 0);
});
