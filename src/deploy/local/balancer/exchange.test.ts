import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ask, balancerOf, named, replica } from './fixtures.ts';

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
