import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { PeerMessage } from './messages.ts';
import { TcpLink } from './tcp-link.ts';

const here = { host: '127.0.0.1', port: 0 };
const question: PeerMessage = { v: 1, type: 'ask', deployment: 'shop', from: 'a', to: 'b', seq: 1 };
const promise: PeerMessage = { v: 1, type: 'promise', from: 'b', to: 'a', seq: 1 };

function next(link: TcpLink): Promise<PeerMessage> {
  return new Promise((resolve) => link.listen((message) => resolve(message)));
}

test('a question goes to an address, and the answer back where it came from', async (t) => {
  const [a, b] = [await TcpLink.open(here), await TcpLink.open(here)];
  t.after(() => [a, b].forEach((link) => link.close()));
  b.listen((message, answer) => {
    assert.deepEqual(message, question);
    answer(promise);
  });
  const answered = next(a);
  a.send(b.address, question);
  assert.deepEqual(await answered, promise);
});

test('a peer that went away and came back is reached again', async (t) => {
  const a = await TcpLink.open(here);
  const first = await TcpLink.open(here);
  let arrived = next(first);
  a.send(first.address, question);
  await arrived;
  first.close();
  const again = await TcpLink.open({ ...here, port: Number(first.address.split(':')[1]) });
  t.after(() => [a, again].forEach((link) => link.close()));
  arrived = next(again);
  const asking = setInterval(() => a.send(first.address, question), 5);
  assert.deepEqual(await arrived, question);
  clearInterval(asking);
});

test('whoever speaks otherwise is hung up on', async (t) => {
  const link = await TcpLink.open(here);
  t.after(() => link.close());
  const socket = connect(Number(link.address.split(':')[1]), here.host);
  socket.on('error', () => {});
  socket.write('{"v":1,"type":"ask","fires":"none"}\n');
  await once(socket, 'close');
});
