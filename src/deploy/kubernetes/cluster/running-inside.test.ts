import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { fixedToken, type Access, type Token } from '../../../coordination/arbiters/kubernetes/access.ts';
import { ApiError, NotReachedError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { ClusterClient } from './client.ts';

const { signal } = new AbortController();
const container = { pod: 'orders-1', name: 'gantry' };

interface Kubelet extends AsyncDisposable {
  readonly urls: string[];
  client(token?: Token): ClusterClient;
}

/** An API server that takes one token, and has somebody answer for the container. */
async function startKubelet(answer: (socket: WebSocket) => void): Promise<Kubelet> {
  const urls: string[] = [];
  const taker = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  const server = createServer();
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    urls.push(request.url!);
    if (request.headers.authorization !== 'Bearer good') {
      const body = JSON.stringify({ reason: 'Forbidden', message: 'not this user' });
      socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    assert.equal(request.headers['sec-websocket-protocol'], 'v4.channel.k8s.io');
    taker.handleUpgrade(request, socket, head, answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urls,
    client(token = fixedToken('good')) {
      const access: Access = { server: `http://127.0.0.1:${port}`, namespace: 'shop', tls: {}, token };
      return new ClusterClient({ access });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function say(socket: WebSocket, channel: number, text: string): void {
  socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
}

test('a command is run with its words, and what it writes comes back whole', async () => {
  await using kubelet = await startKubelet((socket) => {
    say(socket, 1, '');
    say(socket, 1, 'one ');
    say(socket, 2, 'a warning');
    say(socket, 1, 'two');
    say(socket, 3, '{"status":"Success"}');
    socket.close();
  });
  const cluster = kubelet.client();
  const ran = await cluster.run(container, ['node', 'a b'], signal);
  assert.deepEqual(ran, { code: 0, out: 'one two', err: 'a warning' });
  const asked = 'container=gantry&command=node&command=a+b&stdout=true&stderr=true';
  assert.deepEqual(kubelet.urls, [`/api/v1/namespaces/shop/pods/orders-1/exec?${asked}`]);
  cluster.close();
});

test('a command that fails has its exit code, one that was not started the reason', async () => {
  const causes = [{ reason: 'ExitCode', message: '7' }];
  const ends = [
    { status: 'Failure', reason: 'NonZeroExitCode', details: { causes } },
    { status: 'Failure', reason: 'InternalError', message: 'no such file' },
  ];
  await using kubelet = await startKubelet((socket) => {
    say(socket, 3, JSON.stringify(ends.shift()));
    socket.close();
  });
  const cluster = kubelet.client();
  assert.equal((await cluster.run(container, ['node'], signal)).code, 7);
  await assert.rejects(cluster.run(container, ['node'], signal), (error: ApiError) => error.said === 'no such file');
  cluster.close();
});

test('a connection that breaks is no success, however much was said', async () => {
  await using kubelet = await startKubelet((socket) => {
    say(socket, 1, '{"purged": 1}');
    socket.close();
  });
  const cluster = kubelet.client();
  await assert.rejects(
    cluster.run(container, ['node'], signal),
    (error: Error) => error instanceof NotReachedError && /broke before the command had ended/.test(error.message),
  );
  cluster.close();
});

test('whoever may not is told so by the server', async () => {
  await using kubelet = await startKubelet((socket) => {
    say(socket, 3, '{"status":"Success"}');
    socket.close();
  });
  const stranger = kubelet.client(fixedToken('bad'));
  await assert.rejects(stranger.run(container, ['node'], signal), (error: ApiError) => {
    assert.deepEqual([error.status, error.reason, error.said], [403, 'Forbidden', 'not this user']);
    assert.deepEqual(error.asked.resource, { group: '', name: 'pods/exec' });
    return true;
  });
  stranger.close();
});

test('whoever gives up on a command ends its connection', async () => {
  const ended = Promise.withResolvers<void>();
  const giveUp = new AbortController();
  await using kubelet = await startKubelet((socket) => {
    socket.once('close', () => ended.resolve());
    giveUp.abort(new Error('long enough'));
  });
  const cluster = kubelet.client();
  await assert.rejects(cluster.run(container, ['node'], giveUp.signal), /long enough/);
  await ended.promise;
  cluster.close();
});
