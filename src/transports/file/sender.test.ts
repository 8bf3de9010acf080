import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test, type TestContext } from 'node:test';
import { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { Message } from '../../message/message.ts';
import { createFileSender } from './sender.ts';
import { names, temporaryFolder } from './try-out.ts';

async function send(t: TestContext, address: string, message: Message): Promise<void> {
  const sender = createFileSender();
  t.after(() => sender.close());
  const outgoing = { message, method: undefined, format: undefined, timeoutMs: undefined };
  const reply = await sender.send({ ...outgoing, url: new URL(address), signal: new AbortController().signal });
  assert.equal(reply, undefined);
}

const vfs = (path: string, options = ''): string => `vfs:${pathToFileURL(path).href}${options}`;

test('a message becomes a file of the folder, under the name the flow gave', async (t) => {
  const folder = await temporaryFolder(t);
  const message = new Message({ body: Body.json({ a: 1 }) });
  message.headers.set('transport.vfs.ReplyFileName', 'order 7.json');
  await send(t, vfs(folder), message);
  assert.deepEqual(await names(folder), ['order 7.json']);
  assert.equal(await readFile(join(folder, 'order 7.json'), 'utf8'), '{"a":1}');
});

test('without a name it is response.xml, or the address names the file', async (t) => {
  const folder = await temporaryFolder(t);
  await send(t, vfs(folder), new Message({ body: Body.text('1') }));
  await send(t, vfs(join(folder, 'b.txt')), new Message({ body: Body.text('2') }));
  assert.deepEqual(await names(folder), ['b.txt', 'response.xml']);
});

test('a file is overwritten as a whole, or added to with Append', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.txt');
  await send(t, vfs(path), new Message({ body: Body.text('a longer one') }));
  await send(t, vfs(path), new Message({ body: Body.text('one') }));
  await send(t, vfs(path, '?transport.vfs.Append=true'), new Message({ body: Body.text(' two') }));
  assert.equal(await readFile(path, 'utf8'), 'one two');
});

test('a stream that breaks off leaves no half a file, and the old one as it was', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.bin'), 'old');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(100_000);
    throw new Error('the other side went away');
  }
  const message = new Message({ body: Body.stream(broken(), 'application/octet-stream') });
  await assert.rejects(
    send(t, vfs(join(folder, 'a.bin')), message),
    (error) => Fault.is(error) && error.code === 'SEND_FAILED',
  );
  assert.deepEqual(await names(folder), ['a.bin']);
  assert.equal(await readFile(join(folder, 'a.bin'), 'utf8'), 'old');
});

test('who lost the term writes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const lost = (): never => {
    throw new Fault('TERM_LOST');
  };
  const conversation = { id: '1', operation: new Map(), fence: { assert: lost, token: 1, key: 'k' } };
  const message = new Message({ body: Body.text('1'), conversation });
  await assert.rejects(send(t, vfs(folder), message), { code: 'TERM_LOST' });
  assert.deepEqual(await names(folder), []);
});

test('a flow that is aborted does not wait for a body that never ends, and its file never appears', async (t) => {
  const folder = await temporaryFolder(t);
  const life = new AbortController();
  const begun = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<Uint8Array> {
    begun.resolve();
    yield Buffer.alloc(10);
    await new Promise(() => {});
  }
  const sender = createFileSender();
  t.after(() => sender.close());
  const message = new Message({ body: Body.stream(endless(), 'application/octet-stream') });
  const outgoing = { message, method: undefined, format: undefined, timeoutMs: undefined, signal: life.signal };
  const sending = sender.send({ ...outgoing, url: new URL(vfs(join(folder, 'a.bin'))) });
  await begun.promise;
  life.abort(new Fault('TERM_LOST'));
  await assert.rejects(sending, { code: 'TERM_LOST' });
  assert.ok(!(await names(folder)).includes('a.bin'));
});

test('folders are made with CreateFolder, and a name cannot lead out of one', async (t) => {
  const folder = await temporaryFolder(t);
  const message = new Message({ body: Body.text('1') });
  await send(t, vfs(join(folder, 'x/y'), '?transport.vfs.CreateFolder=true'), message);
  assert.deepEqual(await names(join(folder, 'x/y')), ['response.xml']);
  message.headers.set('transport.vfs.ReplyFileName', '../out');
  await assert.rejects(send(t, vfs(folder), message), { code: 'SEND_FAILED' });
});

test('a server that is not there is a fault with its name and without a password', async (t) => {
  const message = new Message({ body: Body.text('1') });
  await assert.rejects(send(t, 'vfs:sftp://me:secret@127.0.0.1:1/out', message), (error) => {
    assert.ok(Fault.is(error));
    assert.equal(error.code, 'CONNECTION_FAILED');
    assert.match(error.message, /sftp:\/\/me@127\.0\.0\.1:1/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});
