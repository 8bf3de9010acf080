/** The room in one piece: a client, the listener, the sender, a backend; and what passes between them. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { Message } from '../../message/message.ts';
import { createHttpSender } from './sender.ts';
import { backend, listen, signalled } from './try-out.ts';

const MEGABYTE = 1024 * 1024;

test('a request walks through untouched, large bodies both ways in constant memory', async () => {
  // The backend echoes what it gets, as fast as it is read.
  await using server = await backend((incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': 'application/octet-stream', 'X-Backend': 'yes' });
    incoming.pipe(outgoing);
  });
  const sender = createHttpSender();
  const forms = new Set<string>();
  await using listener = await listen(async (message, client) => {
    forms.add(message.body.form);
    const answer: Message | undefined = await sender.send({
      url: new URL('/echo', server.url),
      message,
      method: undefined,
      format: undefined,
      timeoutMs: undefined,
      signal: client.signal,
    });
    assert.equal(answer?.body.form, 'stream');
    await client.respond(answer);
  });

  const total = 100 * MEGABYTE;
  const part = Buffer.alloc(256 * 1024, 'x');
  const done = signalled<number>();
  let received = 0;
  const upload = request({ port: listener.port, host: '127.0.0.1', method: 'POST', path: '/big' }, (response) => {
    assert.equal(response.headers['x-backend'], 'yes');
    response.on('data', (data: Buffer) => (received += data.length));
    response.once('end', () => done.resolve(received));
  });
  let onTheWay = 0;
  for (let sent = 0; sent < total; sent += part.length) {
    if (!upload.write(part)) await new Promise((resolve) => upload.once('drain', resolve));
    onTheWay = Math.max(onTheWay, sent - received);
  }
  upload.end();
  assert.equal(await done.promise, total);
  assert.deepEqual([...forms], ['stream']);
  // What is neither at the client nor still to be sent is in our memory or in the sockets.
  assert.ok(onTheWay < 30 * MEGABYTE, `${Math.round(onTheWay / MEGABYTE)} MB were on the way`);
  await listener.close(1_000);
  await sender.close();
});

test('a client that does not read holds the backend back instead of filling the memory', async () => {
  let written = 0;
  const part = Buffer.alloc(64 * 1024, 'x');
  const blocked = signalled();
  await using server = await backend((_request, response) => {
    // Writes as much as it can; the test ends when it can no more.
    const more = (): void => {
      while (!response.destroyed && written < 200 * MEGABYTE) {
        written += part.length;
        if (!response.write(part)) {
          const stuck = setTimeout(blocked.resolve, 300);
          response.once('drain', () => {
            clearTimeout(stuck);
            more();
          });
          return;
        }
      }
    };
    more();
  });
  const sender = createHttpSender();
  await using listener = await listen(async (message, client) => {
    const answer = await sender.send({
      url: server.url,
      message,
      method: 'GET',
      format: undefined,
      timeoutMs: undefined,
      signal: client.signal,
    });
    await client.respond(answer!);
  });
  const lazy = request({ port: listener.port, host: '127.0.0.1' }, (response) => response.pause());
  lazy.on('error', () => {});
  lazy.end();
  await blocked.promise;
  assert.ok(written < 50 * MEGABYTE, `the backend got rid of ${Math.round(written / MEGABYTE)} MB`);
  lazy.destroy();
  await listener.close(100);
  await sender.close();
});
