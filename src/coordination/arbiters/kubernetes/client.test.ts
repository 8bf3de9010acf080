import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { systemClock, VirtualClock } from '../../../clock.ts';
import { fixedToken, type Token } from './access.ts';
import { ApiError } from './api-error.ts';
import { ApiClient, type ApiRequest } from './client.ts';
import { FakeApi } from './fixtures/fake-api.ts';
import { configMaps, leases } from './objects.ts';

const { signal } = new AbortController();
const listLeases: ApiRequest = { verb: 'list', resource: leases, signal };

test('a token that was refused is read again once, and the request goes on', async () => {
  await using api = await FakeApi.start();
  api.acceptedToken = 'new';
  let token = 'old';
  const rotating: Token = { current: () => token, refused: () => token !== (token = 'new') };
  const client = new ApiClient(api.access(rotating), systemClock);
  await client.json(listLeases);
  assert.deepEqual(api.asked, ['GET leases', 'GET leases']);
  client.close();
});

test('a token that stays refused is an error that says so', async () => {
  await using api = await FakeApi.start();
  api.acceptedToken = 'new';
  const client = new ApiClient(api.access(fixedToken('old')), systemClock);
  await assert.rejects(
    client.json(listLeases),
    /401 Unauthorized .*token or client certificate is not accepted: renew it/,
  );
  client.close();
});

test('what is forbidden is named with the rule that would allow it', async () => {
  await using api = await FakeApi.start();
  const client = new ApiClient(api.access(), systemClock);
  api.refuse({ status: 403, reason: 'Forbidden' });
  await assert.rejects(
    client.json({ verb: 'update', resource: leases, name: 'x', body: {}, signal }),
    (error: Error) => {
      assert.ok(error instanceof ApiError);
      assert.match(error.message, /cannot update leases x in namespace shop: the API server answers 403 Forbidden/);
      assert.match(
        error.message,
        /\{apiGroups: \["coordination\.k8s\.io"\], resources: \["leases"\], verbs: \["update"\]\}/,
      );
      return true;
    },
  );
  client.close();
});

test('a server that asks to be left alone is asked again when it said', async () => {
  await using api = await FakeApi.start();
  const clock = new VirtualClock();
  const client = new ApiClient(api.access(), clock);
  api.refuse({ status: 429, reason: 'TooManyRequests', retryAfter: 3 });
  const sleeping = Promise.withResolvers<void>();
  const sleep = clock.sleep.bind(clock);
  clock.sleep = (ms, inner) => {
    assert.equal(ms, 3_000);
    sleeping.resolve();
    return sleep(ms, inner);
  };
  const listed = client.json(listLeases);
  await sleeping.promise;
  await clock.advance(2_999);
  assert.equal(api.asked.length, 1);
  await clock.advance(1);
  await listed;
  assert.equal(api.asked.length, 2);
  client.close();
});

test('whoever gives up does not wait for the server’s time to pass', async () => {
  await using api = await FakeApi.start();
  const clock = new VirtualClock();
  const client = new ApiClient(api.access(), clock);
  api.refuse({ status: 429, reason: 'TooManyRequests', retryAfter: 3 });
  const giveUp = new AbortController();
  clock.sleep = (_ms, inner) => {
    queueMicrotask(() => giveUp.abort(new Error('too late')));
    return new Promise((_, reject) => inner?.addEventListener('abort', () => reject(inner.reason as Error)));
  };
  await assert.rejects(client.json({ ...listLeases, signal: giveUp.signal }), /too late/);
  client.close();
});

test('a request that hangs holds up no other, and its connection is not used again', async () => {
  await using api = await FakeApi.start();
  const client = new ApiClient(api.access(), systemClock);
  const thaw = api.freeze('GET configmaps');
  const giveUp = new AbortController();
  const arrived = api.next('GET configmaps');
  const hanging = client.json({ verb: 'list', resource: configMaps, signal: giveUp.signal });
  await arrived;
  await client.json(listLeases);
  assert.equal(api.connections, 2);
  giveUp.abort(new Error('no answer'));
  await assert.rejects(hanging, /no answer/);
  thaw();
  // Connections that lay idle meanwhile are as doubtful.
  await client.json(listLeases);
  assert.equal(api.connections, 3);
  await client.json(listLeases);
  assert.equal(api.connections, 3);
  client.close();
});

test('a server that is not there is named', async () => {
  const api = await FakeApi.start();
  const access = api.access();
  await api[Symbol.asyncDispose]();
  const client = new ApiClient(access, systemClock);
  await assert.rejects(
    client.json(listLeases),
    /cannot list leases in namespace shop: http:.* is not reached: .*ECONNREFUSED/,
  );
  client.close();
});

test('closing ends requests under way, and none can follow', async () => {
  await using api = await FakeApi.start();
  const client = new ApiClient(api.access(), systemClock);
  const thaw = api.freeze();
  const arrived = api.next('GET leases');
  const hanging = assert.rejects(client.json(listLeases), /was closed/);
  await arrived;
  client.close();
  await hanging;
  await assert.rejects(client.json(listLeases), /was closed/);
  thaw();
});

test('through a proxy, with its own login; and who fails to answer is named without it', async () => {
  await using api = await FakeApi.start();
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    const sent = httpRequest(request.url!, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(sent);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const access = { ...api.access(), proxy: `http://ada:tide@127.0.0.1:${port}` };
  const client = new ApiClient(access, systemClock);
  await client.json(listLeases);
  const login = Buffer.from('ada:tide').toString('base64');
  assert.ok(asked.length === 1 && asked[0]!.startsWith(access.server) && asked[0]!.endsWith(`Basic ${login}`));
  proxy.closeAllConnections();
  proxy.close();
  await once(proxy, 'close');
  await assert.rejects(client.json(listLeases), ({ message }: Error) => {
    assert.match(message, new RegExp(`through the proxy 127\\.0\\.0\\.1:${port}, is not reached`));
    assert.doesNotMatch(message, /tide/);
    return true;
  });
  client.close();
});
