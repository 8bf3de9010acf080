import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { VirtualClock } from '../../../clock.ts';
import { startBalancer, type Balancer, type BalancerOptions } from './balancer.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function replica(listener: RequestListener): Promise<{ server: Server; origin: string }> {
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

async function balancerOf(origins: readonly string[], options: Partial<BalancerOptions> = {}): Promise<Balancer> {
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

function ask(balancer: Balancer, { method = 'GET', path = '/', body, headers = {}, agent }: Ask = {}): Promise<Answer> {
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

const named =
  (name: string): RequestListener =>
  (_request, response) =>
    void response.end(name);

test('equal replicas get equal shares, one request at a time or many', async () => {
  const balancer = await balancerOf([
    (await replica(named('a'))).origin,
    (await replica(named('b'))).origin,
    (await replica(named('c'))).origin,
  ]);
  for (let i = 0; i < 30; i++) await ask(balancer);
  assert.deepEqual(
    balancer.targets().map((target) => target.taken),
    [10, 10, 10],
  );
  await Promise.all(Array.from({ length: 270 }, () => ask(balancer)));
  for (const { taken } of balancer.targets()) assert.ok(Math.abs(taken - 100) <= 10, `${taken} of 300`);
});

test('a request and its answer pass unchanged but for what belongs to one connection', async () => {
  let seen: IncomingMessage | undefined;
  const { origin } = await replica((request, response) => {
    seen = request;
    response.writeHead(201, 'Made', [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Connection',
      'close, X-Hop',
      'X-Hop',
      'no',
      'X-Case',
      'yes',
    ]);
    request.pipe(response);
  });
  const balancer = await balancerOf([origin]);
  const answer = await ask(balancer, {
    method: 'PUT',
    path: '/orders/%C3%A4?q=1%202',
    body: 'hello',
    headers: {
      'X-Custom': 'kept',
      Host: 'shop.example',
      Connection: 'close, X-Mine',
      'X-Mine': 'dropped',
      'X-Forwarded-For': '10.0.0.1',
    },
  });
  assert.equal(answer.status, 201);
  assert.equal(answer.body, 'hello');
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
  assert.ok(answer.raw.includes('X-Case'), 'names keep their case');
  assert.equal(answer.headers['x-hop'], undefined);
  assert.equal(seen?.url, '/orders/%C3%A4?q=1%202');
  assert.equal(seen?.headers['x-custom'], 'kept');
  assert.equal(seen?.headers['x-mine'], undefined);
  assert.equal(seen?.headers.host, 'shop.example');
  assert.equal(seen?.headers['x-forwarded-for'], '10.0.0.1, 127.0.0.1');
  assert.equal(seen?.headers['x-forwarded-proto'], 'http');
  assert.equal(seen?.headers['x-forwarded-host'], 'shop.example');
});

test('answers without a body pass: HEAD keeps its length, 204 and 304 stay empty', async () => {
  const { origin } = await replica((request, response) => {
    if (request.method === 'HEAD') response.setHeader('Content-Length', 1234);
    else response.statusCode = request.url === '/none' ? 204 : 304;
    response.end();
  });
  const balancer = await balancerOf([origin]);
  assert.equal((await ask(balancer, { method: 'HEAD' })).headers['content-length'], '1234');
  assert.equal((await ask(balancer, { path: '/none' })).status, 204);
  assert.equal((await ask(balancer, { path: '/same' })).status, 304);
});

test('a POST that a lost replica may have read is not repeated but answered 502', async () => {
  let reads = 0;
  const doomed = await replica((request) => {
    reads++;
    request.socket.destroy();
  });
  const balancer = await balancerOf([doomed.origin]);
  const sound = await replica(() => reads++);
  const lost = ask(balancer, { method: 'POST', body: 'order', headers: { Accept: 'application/json' } });
  balancer.add({ name: 'pod-2', origin: sound.origin });
  const answer = await lost;
  assert.equal(answer.status, 502);
  assert.equal((JSON.parse(answer.body) as { error: string }).error, 'REPLICA_LOST');
  assert.equal(reads, 1);
  const { failed, lostInFlight } = balancer.traffic();
  assert.deepEqual({ failed, lostInFlight }, { failed: 1, lostInFlight: 1 });
});

test('a large upload cut by its replica is answered 502, not by a broken connection', async () => {
  const { origin } = await replica((request) => {
    request.once('data', () => request.socket.destroy());
  });
  const balancer = await balancerOf([origin]);
  const request = httpRequest({ host: '127.0.0.1', port: balancer.port, method: 'POST', path: '/' });
  request.on('error', () => {});
  request.write(Buffer.alloc(100_000));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 502);
  request.destroy();
});

test('a GET lost before any answer is repeated once, on another replica', async () => {
  let lost = 0;
  const doomed = await replica((request) => {
    lost++;
    request.socket.destroy();
  });
  const balancer = await balancerOf([doomed.origin, (await replica(named('sound'))).origin]);
  for (let i = 0; i < 4; i++) assert.equal((await ask(balancer)).body, 'sound');
  assert.ok(lost > 0);
  assert.equal(balancer.traffic().retried, lost);
  const both = await balancerOf([doomed.origin, doomed.origin]);
  assert.equal((await ask(both)).status, 502, 'the second loss ends it');
});

test('an answer that breaks off breaks off for the client too', async () => {
  const { origin } = await replica((request, response) => {
    response.write('half', () => request.socket.destroy());
  });
  const balancer = await balancerOf([origin]);
  await assert.rejects(ask(balancer), { code: 'ECONNRESET' });
});

test('a replica that refuses connections is out of the rotation at once and costs no request', async () => {
  const gone = await replica(named('gone'));
  const balancer = await balancerOf([gone.origin, (await replica(named('sound'))).origin]);
  await new Promise((resolve) => gone.server.close(resolve));
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(balancer, { method: 'POST', body: 'x' })));
  assert.ok(answers.every((answer) => answer.body === 'sound'));
  assert.equal(balancer.targets()[0]?.state, 'quiet');
  balancer.sign('pod-1');
  assert.equal(balancer.targets()[0]?.state, 'ready', 'a sign of life brings it back');
});

test('requests wait while no replica is ready, and go to the first that is', async () => {
  const balancer = await balancerOf([]);
  const { origin } = await replica((request, response) => void request.pipe(response));
  const waiting = [ask(balancer), ask(balancer, { method: 'POST', body: 'kept' })];
  while (balancer.traffic().waiting < 2) await new Promise(setImmediate);
  balancer.add({ name: 'pod-1', origin });
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status, body }) => `${status} ${body}`),
    ['200 ', '200 kept'],
  );
});

test('a request waits no longer than its patience and then gets 503 with Retry-After', async () => {
  const clock = new VirtualClock();
  const balancer = await balancerOf([], { clock, patienceMs: 5_000, seats: 1 });
  const waiting = ask(balancer);
  while (balancer.traffic().waiting < 1) await new Promise(setImmediate);
  const full = await ask(balancer);
  assert.equal(full.status, 503, 'no seat is left');
  await clock.advance(4_999);
  assert.equal(balancer.traffic().waiting, 1);
  await clock.advance(1);
  const answer = await waiting;
  assert.equal(answer.status, 503);
  assert.equal(answer.headers['retry-after'], '1');
  assert.match(answer.body, /^NO_REPLICA_READY/);
  assert.equal(balancer.traffic().failed, 2);
});

test('a draining replica finishes what it has and gets nothing new', async () => {
  const held: (() => void)[] = [];
  const draining = await replica((_request, response) => void held.push(() => response.end('old')));
  const balancer = await balancerOf([draining.origin]);
  const inFlight = ask(balancer);
  while (held.length === 0) await new Promise(setImmediate);
  let drained = false;
  const drain = balancer.drain('pod-1', 60_000).then(() => (drained = true));
  balancer.add({ name: 'pod-2', origin: (await replica(named('new'))).origin });
  for (let i = 0; i < 5; i++) assert.equal((await ask(balancer)).body, 'new');
  assert.equal(drained, false);
  held[0]?.();
  assert.equal((await inFlight).body, 'old');
  await drain;
  assert.deepEqual(
    balancer.targets().map((target) => target.name),
    ['pod-2'],
  );
});

test('a client that gives up frees the replica', async () => {
  const closed = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const { origin } = await replica((_request, response) => {
    response.on('close', closed.resolve);
    arrived.resolve();
  });
  const balancer = await balancerOf([origin]);
  const request = httpRequest({ host: '127.0.0.1', port: balancer.port });
  request.on('error', () => {});
  request.end();
  await arrived.promise;
  request.destroy();
  await closed.promise;
  assert.equal(balancer.traffic().inFlight, 0);
  assert.equal(balancer.traffic().failed, 0, 'its own choice is no failure of ours');
});

test('a hundred megabytes pass both ways in constant memory', async () => {
  const { origin } = await replica((request, response) => void request.pipe(response));
  const balancer = await balancerOf([origin]);
  const total = 100 * 2 ** 20;
  const block = Buffer.alloc(256 * 1024, 'x');
  const request = httpRequest({ host: '127.0.0.1', port: balancer.port, method: 'POST', path: '/echo' });
  let sent = 0;
  const send = (): void => {
    while (sent < total) {
      sent += block.length;
      if (!request.write(block)) {
        request.once('drain', send);
        return;
      }
    }
    request.end();
  };
  send();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let received = 0;
  let most = 0;
  for await (const chunk of response) {
    received += (chunk as Buffer).length;
    most = Math.max(most, sent - received);
  }
  assert.equal(received, total);
  assert.ok(most < 32 * 2 ** 20, `at most ${most} bytes were on the way`);
});

test('a client that does not read stops the replica from writing', async () => {
  let written = 0;
  const stalled = Promise.withResolvers<void>();
  const { origin } = await replica((_request, response) => {
    const block = Buffer.alloc(256 * 1024);
    const more = (): void => {
      const timer = setTimeout(stalled.resolve, 300);
      response.write(block, (error) => {
        clearTimeout(timer);
        if (error) return;
        written += block.length;
        more();
      });
    };
    more();
  });
  const balancer = await balancerOf([origin]);
  const request = httpRequest({ host: '127.0.0.1', port: balancer.port });
  request.on('error', () => {});
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.pause();
  await stalled.promise;
  assert.ok(written < 32 * 2 ** 20, `${written} bytes were taken from it`);
  request.destroy();
});

test('a silent replica is left by what may be repeated, and comes back with its first sign of life', async () => {
  const stuck: IncomingMessage[] = [];
  // The health port of a stopped process takes connections and never answers.
  const mute = await replica(() => {});
  const silent = await replica((request) => void stuck.push(request));
  const sound = await replica(named('sound'));
  const quiet = Promise.withResolvers<string>();
  const balancer = await balancerOf([], { onQuiet: (name, is) => is && quiet.resolve(name) });
  balancer.add({ name: 'pod-1', origin: silent.origin, health: mute.origin });
  const get = ask(balancer);
  const post = ask(balancer, { method: 'POST', body: 'order' });
  while (stuck.length < 2) await new Promise(setImmediate);
  balancer.add({ name: 'pod-2', origin: sound.origin, health: sound.origin });
  assert.equal(await quiet.promise, 'pod-1');
  assert.equal((await get).body, 'sound');
  assert.equal((await ask(balancer)).body, 'sound');
  assert.equal(balancer.targets()[0]?.inFlight, 1, 'the POST stays: it may be answered yet');
  balancer.sign('pod-1');
  assert.equal(balancer.targets()[0]?.state, 'ready');
  balancer.lost('pod-1');
  assert.equal((await post).status, 502);
});

test('a replica that is only slow is asked, answers, and stays', async () => {
  let release: () => void = () => {};
  const asked = Promise.withResolvers<void>();
  const slow = await replica((_request, response) => {
    release = () => response.end('slow');
  });
  const health = await replica((_request, response) => {
    response.end();
    asked.resolve();
  });
  const balancer = await balancerOf([]);
  balancer.add({ name: 'pod-1', origin: slow.origin, health: health.origin });
  const answer = ask(balancer);
  await asked.promise;
  assert.equal(balancer.targets()[0]?.state, 'ready');
  release();
  assert.equal((await answer).body, 'slow');
});

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

test('what HTTP forbids to forward is refused and never reaches a replica', async () => {
  let reached = 0;
  const { origin } = await replica((_request, response) => {
    reached++;
    response.end();
  });
  const balancer = await balancerOf([origin]);
  const smuggled = [
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n',
  ];
  for (const text of smuggled) {
    const socket = connect(balancer.port, '127.0.0.1');
    socket.end(text);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += chunk as string;
    assert.match(answer, /^HTTP\/1.1 400 /, text);
  }
  assert.equal(reached, 0);
});

test('closing finishes what is in hand and takes nothing new', async () => {
  const held: (() => void)[] = [];
  const { origin } = await replica((_request, response) => void held.push(() => response.end('done')));
  const balancer = await balancerOf([origin]);
  const agent = new Agent({ keepAlive: true });
  const inFlight = ask(balancer, { agent });
  while (held.length === 0) await new Promise(setImmediate);
  const closed = balancer.close();
  await assert.rejects(ask(balancer), { code: 'ECONNREFUSED' });
  held[0]?.();
  const answer = await inFlight;
  assert.equal(answer.body, 'done');
  assert.equal(answer.headers.connection, 'close');
  await closed;
  agent.destroy();
});
