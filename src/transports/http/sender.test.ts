import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import type { Outgoing } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { Message, type MessageOptions } from '../../message/message.ts';
import { createHttpSender } from './sender.ts';
import { backend, seen, signalled, tcpBackend, type Seen } from './try-out.ts';

const envelope =
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><q><a>1</a><b>x y</b></q></soapenv:Body></soapenv:Envelope>';

function outgoing(
  url: URL,
  more: Partial<Outgoing> & { readonly options?: MessageOptions; readonly axis2?: Record<string, string> } = {},
): Outgoing {
  const { options, axis2 = {}, ...rest } = more;
  const message = more.message ?? new Message(options);
  for (const [name, value] of Object.entries(axis2)) message.axis2.set(name, value);
  return {
    url,
    method: undefined,
    format: undefined,
    timeoutMs: undefined,
    signal: new AbortController().signal,
    ...rest,
    message,
  };
}

/** What a backend sees of one request. */
async function sees(more: Parameters<typeof outgoing>[1], path = ''): Promise<Seen> {
  const got = signalled<Seen>();
  await using server = await backend(
    (request, response) => void seen(request).then((all) => (got.resolve(all), response.end('ok'))),
  );
  const sender = createHttpSender();
  await sender.send(outgoing(new URL(path, server.url), more));
  await sender.close();
  return got.promise;
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (error) {
    assert.ok(Fault.is(error), String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'no fault' });
}

test('the answer is a message with its status, headers and body', async () => {
  await using server = await backend((_request, response) =>
    response.writeHead(201, { 'X-Id': '7', 'Content-Type': 'application/json' }).end('{"a":1}'),
  );
  const sender = createHttpSender();
  const answer = await sender.send(outgoing(server.url));
  assert.equal(answer?.direction, 'response');
  assert.equal(answer.axis2.get('HTTP_SC'), 201);
  assert.equal(answer.headers.get('x-id'), '7');
  await answer.body.load();
  assert.deepEqual(answer.body.json(), { a: 1 });
  await sender.close();
});

test('connections are kept', async () => {
  await using server = await backend((_request, response) => response.end('ok'));
  const sender = createHttpSender();
  for (let i = 0; i < 10; i++) await (await sender.send(outgoing(server.url)))!.body.load();
  // A connection is free again one turn after its answer, so two may take turns.
  assert.ok(server.connections <= 2, `${server.connections} connections`);
  await sender.close();
});

test('NO_KEEPALIVE closes the connection after the answer', async () => {
  assert.equal((await sees({ axis2: { NO_KEEPALIVE: 'true' } })).headers.connection, 'close');
});

test('soap11 is a POST of text/xml with a SOAPAction header', async () => {
  const message = new Message({ body: Body.bytes(Buffer.from(envelope), 'text/xml; charset=UTF-8') });
  message.axis2.set('HTTP_METHOD', 'PUT');
  message.addressing.action = 'urn:do';
  const got = await sees({ message, format: 'soap11' });
  assert.equal(got.method, 'POST');
  assert.match(got.headers['content-type']!, /^text\/xml/);
  assert.equal(got.headers['soapaction'], '"urn:do"');
  assert.equal(message.axis2.has('messageType'), false);
});

test('soap12 names the action in the content type and not in a header', async () => {
  const message = new Message({ body: Body.bytes(Buffer.from(envelope), 'text/xml') });
  message.addressing.action = 'urn:do';
  message.headers.set('SOAPAction', '"urn:do"');
  const got = await sees({ message, format: 'soap12' });
  assert.match(got.headers['content-type']!, /^application\/soap\+xml.*action="urn:do"/);
  assert.equal(got.headers['soapaction'], undefined);
  assert.match(got.body, /http:\/\/www\.w3\.org\/2003\/05\/soap-envelope/);
});

test('pox leaves the envelope away', async () => {
  const got = await sees({ options: { body: Body.bytes(Buffer.from(envelope), 'text/xml') }, format: 'pox' });
  assert.match(got.headers['content-type']!, /^application\/xml/);
  assert.equal(got.body, '<q><a>1</a><b>x y</b></q>');
});

test('get turns the payload into a query', async () => {
  const got = await sees({ options: { body: Body.bytes(Buffer.from(envelope), 'text/xml') }, format: 'get' }, '/s?k=v');
  assert.deepEqual([got.method, got.url, got.body], ['GET', '/s?k=v&a=1&b=x+y', '']);
});

test('a SOAP request without a body goes out as an empty envelope', async () => {
  const message = new Message();
  message.headers.set('Content-Type', 'text/xml');
  assert.match((await sees({ message })).body, /<soapenv:Envelope.*<soapenv:Body/);
});

test('the body of a POST stays behind when the flow makes it a GET', async () => {
  const got = await sees({ options: { body: Body.text('left') }, method: 'GET' });
  assert.deepEqual([got.method, got.body, got.headers['content-type']], ['GET', '', undefined]);
});

test('a stream goes out in chunks, and with its length when the flow forbids chunks', async () => {
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('ab');
    yield Buffer.from('c');
  }
  const chunked = await sees({ options: { body: Body.stream(parts(), 'text/plain') } });
  assert.deepEqual([chunked.headers['transfer-encoding'], chunked.body], ['chunked', 'abc']);
  const whole = await sees({
    options: { body: Body.stream(parts(), 'text/plain') },
    axis2: { DISABLE_CHUNKING: 'true' },
  });
  assert.deepEqual([whole.headers['content-length'], whole.body], ['3', 'abc']);
});

test('headers of the other connection are not passed on; Host is that of the endpoint', async () => {
  const message = new Message();
  for (const [name, value] of [
    ['Host', 'elsewhere'],
    ['Connection', 'X-Hop'],
    ['X-Hop', '1'],
    ['Expect', '100-continue'],
    ['Upgrade', 'h2c'],
    ['X-Kept', 'yes'],
    ['User-Agent', 'client'],
  ] as const) {
    message.headers.set(name, value);
  }
  const { headers } = await sees({ message });
  assert.match(headers.host!, /^127\.0\.0\.1:/);
  assert.deepEqual(
    [headers['x-hop'], headers.expect, headers.upgrade, headers['x-kept'], headers['user-agent']],
    [undefined, undefined, undefined, 'yes', 'Gantry'],
  );
});

test('REQUEST_HOST_HEADER and POST_TO_URI change the host and the request line', async () => {
  const got = await sees({ axis2: { REQUEST_HOST_HEADER: 'virtual.example', POST_TO_URI: 'true' } }, '/p?q=1');
  assert.equal(got.headers.host, 'virtual.example');
  assert.match(got.url, /^http:\/\/127\.0\.0\.1:\d+\/p\?q=1$/);
});

test('work of a term carries its token, and is not sent once the term is lost', async () => {
  const fence = { assert: () => {}, token: 7, key: 'task/nightly/1' };
  const { headers } = await sees({ options: { conversation: { id: 'c', operation: new Map(), fence } } });
  assert.deepEqual([headers['x-fencing-token'], headers['idempotency-key']], ['7', 'task/nightly/1']);
  const lost = {
    ...fence,
    assert: () => {
      throw new Fault('TERM_LOST');
    },
  };
  let requests = 0;
  await using server = await backend((_request, response) => (requests++, response.end()));
  const sender = createHttpSender();
  const sent = sender.send(
    outgoing(server.url, { options: { conversation: { id: 'c', operation: new Map(), fence: lost } } }),
  );
  assert.equal((await faultOf(sent)).code, 'TERM_LOST');
  assert.equal(requests, 0);
  await sender.close();
});

test('nobody listening is error 101503', async () => {
  const server = await backend(() => {});
  await server[Symbol.asyncDispose]();
  const sender = createHttpSender();
  const fault = await faultOf(sender.send(outgoing(server.url)));
  assert.equal(fault.number, 101503);
  assert.match(fault.message, /Error connecting to the back end/);
  await sender.close();
});

test('a connection closed before the answer is error 101505', async () => {
  await using server = await tcpBackend((socket) => socket.once('data', () => socket.end()));
  const sender = createHttpSender();
  assert.equal((await faultOf(sender.send(outgoing(server.url)))).number, 101505);
  await sender.close();
});

test('an answer that is not HTTP is error 101506', async () => {
  await using server = await tcpBackend((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n')));
  const sender = createHttpSender();
  assert.equal((await faultOf(sender.send(outgoing(server.url)))).number, 101506);
  await sender.close();
});

test('no answer in time is error 101504, at that very time', async () => {
  const arrived = signalled();
  await using server = await backend(() => arrived.resolve());
  const clock = new VirtualClock();
  const sender = createHttpSender({ clock, globalTimeoutMs: 10_000 });
  let fault: Fault | undefined;
  const sent = faultOf(sender.send(outgoing(server.url, { timeoutMs: 500 }))).then((f) => (fault = f));
  await arrived.promise;
  await clock.advance(499);
  assert.equal(fault, undefined);
  await clock.advance(1);
  await sent;
  assert.equal(fault!.number, 101504);
  await sender.close();
});

test('by the real clock a time-out is late by less than 50 ms', async () => {
  await using server = await backend(() => {});
  const sender = createHttpSender();
  const late: number[] = [];
  // On a busy machine any single try may have to wait for its turn; one that is not made to wait tells.
  for (let attempt = 0; attempt < 10 && !(Math.min(...late) < 50); attempt++) {
    const before = performance.now();
    await faultOf(sender.send(outgoing(server.url, { timeoutMs: 100 })));
    late.push(performance.now() - before - 100);
  }
  assert.ok(Math.min(...late) > -2 && Math.min(...late) < 50, `late by ${late.join(', ')} ms`);
  await sender.close();
});

test('whoever waits may give up, and the backend sees the connection end', async () => {
  const arrived = signalled();
  const ended = signalled();
  await using server = await backend((request) => {
    request.socket.once('close', () => ended.resolve());
    arrived.resolve();
  });
  const sender = createHttpSender();
  const gone = new AbortController();
  const sent = faultOf(sender.send(outgoing(server.url, { signal: gone.signal })));
  await arrived.promise;
  gone.abort(new DOMException('the client went away', 'AbortError'));
  assert.equal((await sent).code, 'REQUEST_CANCELLED');
  await ended.promise;
  await sender.close();
});

test('a body that breaks off fails whoever reads it', async () => {
  await using server = await tcpBackend((socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.destroy())),
  );
  const sender = createHttpSender();
  const answer = await sender.send(outgoing(server.url));
  assert.equal((await faultOf(answer!.body.load()!)).code, 'RECEIVE_FAILED');
  await sender.close();
});

test('a kept connection the server has closed does not fail a safe request, and is not used twice for others', async () => {
  let requests = 0;
  // undici takes a connection back one turn after its answer.
  const free = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await using server = await tcpBackend((socket) => {
    let first = true;
    socket.on('data', () => {
      requests++;
      // The server ends kept connections without a word, just as the next request comes.
      if (first) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      else socket.destroy();
      first = false;
    });
  });
  const sender = createHttpSender();
  const send = (method: string): Promise<Message | undefined> => sender.send(outgoing(server.url, { method }));
  await (await send('GET'))!.body.load();
  await free();
  await (await send('GET'))!.body.load();
  assert.equal(requests, 3);
  await free();
  assert.equal((await faultOf(send('POST'))).number, 101505);
  assert.equal(requests, 4);
  await sender.close();
});

test('interim answers are passed over', async () => {
  await using server = await tcpBackend((socket) =>
    socket.once('data', () =>
      socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    ),
  );
  const sender = createHttpSender();
  const answer = await sender.send(outgoing(server.url));
  assert.deepEqual([answer!.axis2.get('HTTP_SC'), answer!.headers.has('link')], [200, false]);
  await sender.close();
});

test('a one-way message waits for nothing but the head', async () => {
  await using server = await backend((_request, response) => response.end('unwanted'));
  const sender = createHttpSender();
  const message = new Message();
  message.properties.set('OUT_ONLY', 'true');
  assert.equal(await sender.send(outgoing(server.url, { message })), undefined);
  await sender.close();
});
