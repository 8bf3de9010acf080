import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member } from '../fixtures/member.ts';
import { connectArbiter, MemoryArbiter, processChannel, serveArbiter, type Channel } from '../index.ts';
import { memberKey, newAssignment } from '../records.ts';

const { signal } = new AbortController();

/** Two ends; what is sent waits until `flow` is called. */
function pipe(): { parent: Channel; child: Channel; sent: unknown[]; flow(): Promise<void> } {
  const listeners = { parent: new Set<(message: unknown) => void>(), child: new Set<(message: unknown) => void>() };
  const sent: unknown[] = [];
  const queue: (() => void)[] = [];
  const end = (own: 'parent' | 'child', other: 'parent' | 'child'): Channel => ({
    send(message) {
      const text = JSON.stringify(message);
      if (own === 'parent') sent.push(JSON.parse(text));
      queue.push(() => {
        for (const listener of listeners[other]) listener(JSON.parse(text));
      });
    },
    onMessage(listener) {
      listeners[own].add(listener);
      return () => void listeners[own].delete(listener);
    },
  });
  const flow = async (): Promise<void> => {
    while (queue.length > 0) {
      for (const deliver of queue.splice(0)) deliver();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { parent: end('parent', 'child'), child: end('child', 'parent'), sent, flow };
}

test('other traffic on the channel is left alone, in both directions', async () => {
  const { parent, child, flow } = pipe();
  serveArbiter(new MemoryArbiter(), parent);
  const arbiter = connectArbiter(child);
  const other: unknown[] = [];
  child.onMessage((message) => other.push(message));
  parent.send({ to: 'replica', type: 'drain' });
  child.send({ to: 'parent', type: 'heartbeat' });
  child.send('text');
  child.send(null);
  const read = arbiter.read('assignment', signal);
  await flow();
  assert.equal(await read, undefined);
  assert.deepEqual(other[0], { to: 'replica', type: 'drain' });
});

test('the server knows which members joined through its channel', async () => {
  const { parent, child, flow } = pipe();
  const served = serveArbiter(new MemoryArbiter(), parent);
  const arbiter = connectArbiter(child);
  const joined = arbiter.swap(memberKey('p.1'), member('p'), undefined, signal);
  await flow();
  const renewed = arbiter.swap(memberKey('p.1'), member('p', { beat: 2 }), await joined, signal);
  await flow();
  await renewed;
  assert.deepEqual([...served.boots], ['p.1']);
});

test('a client that does not read gets one wake, not one for every change', async () => {
  const { parent, child, sent, flow } = pipe();
  const memory = new MemoryArbiter();
  serveArbiter(memory, parent);
  const arbiter = connectArbiter(child);
  let woken = 0;
  const unwatch = arbiter.watch(() => woken++);
  await flow();
  for (let i = 0; i < 5; i++) await memory.swap(memberKey(`p${i}.1`), member(`p${i}`), undefined, signal);
  assert.equal(sent.length, 1);
  await flow();
  assert.equal(woken, 1);
  const read = arbiter.snapshot({ signal });
  await flow();
  assert.equal((await read).members.length, 5);
  await memory.swap('assignment', newAssignment('test', 1, 0), undefined, signal);
  await flow();
  assert.equal(woken, 2);
  unwatch();
  await flow();
  await memory.swap(memberKey('p9.1'), member('p9'), undefined, signal);
  await flow();
  assert.equal(woken, 2);
});

test('a failure of the arbiter reaches the caller with its text', async () => {
  const { parent, child, flow } = pipe();
  const broken = new MemoryArbiter();
  broken.read = (): Promise<never> => Promise.reject(new Error('the disk is full'));
  serveArbiter(broken, parent);
  const read = connectArbiter(child).read('assignment', signal);
  const failed = assert.rejects(read, /the disk is full/);
  await flow();
  await failed;
});

test('a caller that gave up is not answered later', async () => {
  const { parent, child, flow } = pipe();
  serveArbiter(new MemoryArbiter(), parent);
  const caller = new AbortController();
  const read = connectArbiter(child).read('assignment', caller.signal);
  caller.abort(new Error('enough'));
  await assert.rejects(read, /enough/);
  await flow();
});

test('a process that is gone is silent', () => {
  const sent: unknown[] = [];
  const peer = {
    connected: true,
    send: (message: unknown): boolean => sent.push(message) > 0,
    on: (): void => {},
    off: (): void => {},
  };
  const channel = processChannel(peer);
  channel.send(1);
  peer.connected = false;
  channel.send(2);
  assert.deepEqual(sent, [1]);
});
