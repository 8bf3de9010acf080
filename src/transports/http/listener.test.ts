import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Body } from '../../message/body.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import type { HttpClientConnection, HttpListener } from './listener.ts';
import { listen, RawClient, signalled } from './try-out.ts';

const text = (message: Message, body: string, axis2: Record<string, string | number | boolean> = {}): Message => {
  const reply = message.reply(Body.text(body), new Headers());
  for (const [name, value] of Object.entries(axis2)) reply.axis2.set(name, value);
  return reply;
};

/** Answers with the path, then closes. */
const paths = async (message: Message, client: HttpClientConnection): Promise<void> =>
  client.respond(text(message, message.request!.target));

async function* slowParts(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function using(listener: HttpListener, run: (client: RawClient) => Promise<void>): Promise<void> {
  using client = new RawClient(listener.port);
  try {
    await run(client);
  } finally {
    await listener.close(0);
  }
}

test('a connection is kept for the next request', async () => {
  await using(await listen(paths), async (client) => {
    await client.send('GET /one HTTP/1.1\r\nHost: h\r\n\r\n').until(/\/one$/);
    await client.send('GET /two HTTP/1.1\r\nHost: h\r\n\r\n').until(/\/two$/);
  });
});

test('requests that come in one packet are answered in order', async () => {
  await using(await listen(paths), async (client) => {
    client.send(
      'GET /one HTTP/1.1\r\nHost: h\r\n\r\nPOST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhiGET /three HTTP/1.1\r\nHost: h\r\n\r\n',
    );
    const received = await client.until(/\/three$/);
    assert.ok(
      received.indexOf('/one') < received.indexOf('/two') && received.indexOf('/two') < received.indexOf('/three'),
    );
  });
});

test('a client of HTTP 1.0 gets a length instead of chunks', async () => {
  await using listener = await listen(async (message, client) => {
    await client.respond(message.reply(Body.stream(slowParts('a', 'b', 'c'), 'text/plain'), new Headers()));
  });
  await using(listener, async (client) => {
    const received = await client.send('GET / HTTP/1.0\r\n\r\n').end();
    assert.match(received, /Content-Length: 3/i);
    assert.doesNotMatch(received, /chunked/i);
    assert.match(received, /\r\n\r\nabc$/);
  });
});

test('a stream of unknown length goes out in chunks, unless the flow forbids it', async () => {
  await using listener = await listen(async (message, client) => {
    const reply = message.reply(Body.stream(slowParts('ab', 'c'), 'text/plain'), new Headers());
    if (message.request!.target === '/whole') reply.axis2.set('DISABLE_CHUNKING', 'true');
    await client.respond(reply);
  });
  await using(listener, async (client) => {
    assert.match(
      await client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n').until(/0\r\n\r\n$/),
      /Transfer-Encoding: chunked/i,
    );
    client.received = '';
    assert.match(await client.send('GET /whole HTTP/1.1\r\nHost: h\r\n\r\n').until(/abc$/), /Content-Length: 3/i);
  });
});

test('HEAD gets the length but no body', async () => {
  await using(await listen(paths), async (client) => {
    client.send('HEAD /head HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const received = await client.end();
    assert.match(received, /^HTTP\/1.1 200 OK\r\n[^]*Content-Length: 5\r\n[^]*\r\n\r\nHTTP\/1.1 200/i);
  });
});

test('status and reason come from HTTP_SC and HTTP_SC_DESC; a body may be left out', async () => {
  await using listener = await listen(async (message, client) => {
    await client.respond(text(message, 'x', { HTTP_SC: '418', HTTP_SC_DESC: 'Short and stout', NO_ENTITY_BODY: true }));
  });
  await using(listener, async (client) => {
    const received = await client.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n').end();
    assert.match(received, /^HTTP\/1.1 418 Short and stout\r\n/);
    assert.match(received, /Content-Length: 0[^]*\r\n\r\n$/i);
  });
});

test('the reason of another status is not kept when the flow changes the status', async () => {
  await using listener = await listen(async (message, client) => {
    await client.respond(text(message, 'x', { HTTP_SC: 404, HTTP_SC_DESC: 'OK' }));
  });
  await using(listener, async (client) => {
    assert.match(await client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n').until(/x$/), /^HTTP\/1.1 404 Not Found/);
  });
});

test('headers of one connection are not passed on, nor can a value begin another header', async () => {
  await using listener = await listen(async (message, client) => {
    const reply = text(message, 'ok');
    for (const [name, value] of [
      ['Keep-Alive', 'timeout=1'],
      ['Connection', 'X-Private'],
      ['X-Private', '1'],
      ['X-Split', 'a\r\nX-Injected: b'],
      ['Set-Cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
      ['Set-Cookie', 'b=2'],
      ['Server', 'Backend'],
    ] as const) {
      reply.headers.append(name, value);
    }
    await client.respond(reply);
  });
  await using(listener, async (client) => {
    const received = await client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n').until(/ok$/);
    assert.doesNotMatch(received, /X-Private|X-Injected|timeout=1\r/);
    assert.equal(received.match(/Set-Cookie/g)?.length, 2);
    assert.match(received, /Server: Backend/);
  });
});

test('a body is asked for when the client waits for 100-continue', async () => {
  await using listener = await listen(async (message, client) => {
    await message.body.load();
    await client.respond(text(message, message.body.text()));
  });
  await using(listener, async (client) => {
    await client
      .send(
        'POST / HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
      )
      .until(/100 Continue/);
    await client.send('hello').until(/hello$/);
  });
});

test('a small body that came with the head is there whole, a large one streams', async () => {
  const forms: string[] = [];
  await using listener = await listen(async (message, client) => {
    forms.push(message.body.form);
    await message.body.load();
    await client.respond(text(message, `got ${message.body.bytes().length};`));
  });
  await using(listener, async (client) => {
    await client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello').until(/got 5;/);
    client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n');
    await client.send('x'.repeat(200_000)).until(/got 200000;/);
    assert.deepEqual(forms, ['bytes', 'stream']);
  });
});

test('a compressed body passes as it came, and is decoded for whoever looks inside', async () => {
  const zipped = gzipSync('{"a":1}');
  await using listener = await listen(async (message, client) => {
    if (message.request!.target === '/look') {
      await message.body.load();
      return client.respond(text(message, message.body.text()));
    }
    await client.respond(message);
  });
  const { port } = listener;
  const post = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      body: zipped,
    });
  assert.equal(await (await post('/look')).text(), '{"a":1}');
  using client = new RawClient(port);
  client.socket.write(
    `POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`,
  );
  client.socket.write(zipped);
  const received = await client.end();
  assert.match(received, /Content-Encoding: gzip/i);
  assert.deepEqual(Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1'), zipped);
  await listener.close(0);
});

test('a flow compresses its answer by saying so in Content-Encoding', async () => {
  await using listener = await listen(async (message, client) => {
    const reply = text(message, 'zip me');
    reply.headers.set('Content-Encoding', 'gzip');
    reply.axis2.set('DISABLE_CHUNKING', true);
    await client.respond(reply);
  });
  const response = await fetch(`http://127.0.0.1:${listener.port}/`);
  assert.equal(response.headers.get('content-encoding'), 'gzip');
  assert.equal(await response.text(), 'zip me');
  assert.equal(gunzipSync(gzipSync('zip me')).toString(), 'zip me');
  await listener.close(0);
});

const refusals = [
  { claim: 'what is not HTTP is answered with 400', bytes: 'HELLO\r\n\r\n', status: 400 },
  {
    claim: 'headers beyond the limit are answered with 431',
    bytes: `GET / HTTP/1.1\r\nX: ${'x'.repeat(3_000)}\r\n\r\n`,
    status: 431,
  },
  {
    claim: 'too many headers are answered with 431',
    bytes: `GET / HTTP/1.1\r\nHost: h\r\n${'A: b\r\n'.repeat(30)}\r\n`,
    status: 431,
  },
  {
    claim: 'a target beyond the limit is answered with 414',
    bytes: `GET /${'x'.repeat(600)} HTTP/1.1\r\nHost: h\r\n\r\n`,
    status: 414,
  },
  {
    claim: 'headers that do not come to their end are answered with 408',
    bytes: 'GET / HTTP/1.1\r\nHost:',
    status: 408,
  },
  {
    claim: 'a body that does not come to its end is answered with 408',
    bytes: 'POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc',
    status: 408,
  },
];

for (const { claim, bytes, status } of refusals) {
  test(`${claim}, and the connection ends`, async () => {
    const limits = { headerBytes: 2_000, headers: 20, targetLength: 500, headersTimeoutMs: 60, idleTimeoutMs: 150 };
    await using listener = await listen((message, client) => Promise.resolve(message.body.load(client.signal)), {
      limits,
    });
    await using(listener, async (client) => {
      const received = await client.send(bytes).end();
      assert.match(received, new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(received, /Connection: close/i);
      assert.equal(listener.stats.refused, 1);
    });
  });
}

test('the signal aborts when the client goes away before its answer', async () => {
  const taken = signalled<AbortSignal>();
  const gone = signalled();
  await using listener = await listen(async (_message, client) => {
    client.signal.addEventListener('abort', () => gone.resolve());
    taken.resolve(client.signal);
    await gone.promise;
  });
  const client = new RawClient(listener.port).send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  const signal = await taken.promise;
  assert.equal(signal.aborted, false);
  client.socket.destroy();
  await gone.promise;
  await listener.close(0);
});

test('an answer that was complete does not abort the signal', async () => {
  const signal = signalled<AbortSignal>();
  await using listener = await listen(async (message, client) => {
    await client.respond(text(message, 'done'));
    signal.resolve(client.signal);
  });
  await using(listener, async (client) => {
    await client.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n').end();
    assert.equal((await signal.promise).aborted, false);
  });
});

test('only the first answer counts', async () => {
  await using listener = await listen(async (message, client) => {
    await client.respond(text(message, 'first'));
    await client.respond(text(message, 'second'));
  });
  assert.equal(await (await fetch(`http://127.0.0.1:${listener.port}/`)).text(), 'first');
  await listener.close(0);
});

test('a body that breaks in the middle breaks the answer, so that the client notices', async () => {
  await using listener = await listen(async (message, client) => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the source broke');
    }
    await client.respond(message.reply(Body.stream(broken(), 'text/plain', 8), new Headers()));
  });
  await assert.rejects(async () => (await fetch(`http://127.0.0.1:${listener.port}/`)).text());
  await listener.close(0);
});

test('draining answers what is in hand and takes nothing new', async () => {
  const inHand = signalled();
  const go = signalled();
  await using listener = await listen(async (message, client) => {
    if (message.request!.target === '/slow') {
      inHand.resolve();
      await go.promise;
    }
    await client.respond(text(message, message.request!.target));
  });
  const { port } = listener;
  using slow = new RawClient(port);
  using kept = new RawClient(port);
  await kept.send('GET /first HTTP/1.1\r\nHost: h\r\n\r\n').until(/\/first$/);
  slow.send('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
  await inHand.promise;
  const closing = listener.close(5_000);
  // A request on a kept connection that crosses the closing is answered, and told that it was the last.
  kept.received = '';
  assert.match(await kept.send('GET /late HTTP/1.1\r\nHost: h\r\n\r\n').until(/\/late$/), /Connection: close/i);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/new`));
  go.resolve();
  const received = await slow.end();
  assert.match(received, /Connection: close/i);
  assert.match(received, /\/slow$/);
  await closing;
});

test('saying goodbye takes requests and connections on, each answer the last of its connection', async () => {
  await using listener = await listen(paths);
  const { port } = listener;
  using kept = new RawClient(port);
  await kept.send('GET /first HTTP/1.1\r\nHost: h\r\n\r\n').until(/\/first$/);
  listener.sayGoodbye();
  kept.received = '';
  assert.match(await kept.send('GET /last HTTP/1.1\r\nHost: h\r\n\r\n').end(), /Connection: close[^]*\/last$/i);
  using late = new RawClient(port);
  assert.match(await late.send('GET /new HTTP/1.1\r\nHost: h\r\n\r\n').end(), /Connection: close[^]*\/new$/i);
});

test('what is not finished at the deadline is aborted', async () => {
  const taken = signalled();
  const aborted = signalled();
  await using listener = await listen(async (_message, client) => {
    client.signal.addEventListener('abort', () => aborted.resolve());
    taken.resolve();
    await aborted.promise;
  });
  using client = new RawClient(listener.port);
  client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await taken.promise;
  await listener.close(20);
  await client.end();
  await listener.close();
});

test('no request is lost while a listener drains under load', async () => {
  await using listener = await listen(paths, { lingerMs: 150 });
  const { port } = listener;
  let answered = 0;
  const client = async (): Promise<void> => {
    using raw = new RawClient(port);
    for (;;) {
      raw.received = '';
      raw.send(`GET /x HTTP/1.1\r\nHost: h\r\n\r\n`);
      const received = await raw.until(/\/x$/);
      answered++;
      if (/Connection: close/i.test(received)) return;
      if (answered === 200) closing.resolve();
    }
  };
  const closing = signalled();
  const clients = Array.from({ length: 8 }, client);
  await closing.promise;
  const closed = listener.close(5_000);
  await Promise.all(clients);
  await closed;
  assert.equal(listener.stats.requests, answered);
});
