import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lane } from './lane.ts';
import type { Session } from './server.ts';

/** A server whose connections answer when they are told to. */
function fakeServer(): { connections: FakeSession[]; connect(signal: AbortSignal): Promise<Session> } {
  const connections: FakeSession[] = [];
  return {
    connections,
    async connect(signal) {
      signal.throwIfAborted();
      const session = new FakeSession();
      connections.push(session);
      return session;
    },
  };
}

class FakeSession implements Session {
  alive = true;
  ended = false;
  readonly asked: { readonly statement: string; answer(): void }[] = [];

  ask(statement: string): Promise<{ rows: []; count: number }> {
    return new Promise((resolve) => this.asked.push({ statement, answer: () => resolve({ rows: [], count: 0 }) }));
  }

  destroy(): void {
    this.alive = false;
  }

  async end(): Promise<void> {
    this.ended = true;
  }
}

const ask =
  (statement: string) =>
  (session: Session): Promise<unknown> =>
    session.ask(statement, []);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const { signal } = new AbortController();

test('calls go one after another over one connection', async () => {
  const server = fakeServer();
  const lane = new Lane(server);
  const calls = ['a', 'b', 'c'].map((statement) => lane.run(signal, ask(statement)));
  for (const [n, call] of calls.entries()) {
    await turn();
    assert.equal(server.connections[0]!.asked.length, n + 1);
    server.connections[0]!.asked[n]!.answer();
    await call;
  }
  assert.equal(server.connections.length, 1);
});

test('a call that is given up takes its connection with it, and who waits gets a new one at once', async () => {
  const server = fakeServer();
  const lane = new Lane(server);
  const giveUp = new AbortController();
  const stuck = lane.run(giveUp.signal, ask('stuck'));
  const next = lane.run(signal, ask('next'));
  await turn();
  giveUp.abort(new Error('too late'));
  await assert.rejects(stuck, /too late/);
  await turn();
  const [first, second] = server.connections;
  assert.equal(first!.alive, false);
  second!.asked[0]!.answer();
  await next;
  assert.equal(second!.asked[0]!.statement, 'next');
});

test('a call that leaves while it waits costs no connection, and does not hold up who is behind it', async () => {
  const server = fakeServer();
  const lane = new Lane(server);
  const giveUp = new AbortController();
  const first = lane.run(signal, ask('first'));
  const leaving = lane.run(giveUp.signal, ask('leaving'));
  const last = lane.run(signal, ask('last'));
  await turn();
  const [session] = server.connections;
  // Both at one moment: the turn comes to a call that has just left.
  giveUp.abort(new Error('left'));
  session!.asked[0]!.answer();
  await first;
  await assert.rejects(leaving, /left/);
  await turn();
  session!.asked[1]!.answer();
  await last;
  assert.deepEqual([session!.alive, server.connections.length], [true, 1]);
});

test('a connection that broke between two calls is replaced by the next', async () => {
  const server = fakeServer();
  const lane = new Lane(server);
  const first = lane.run(signal, ask('first'));
  await turn();
  server.connections[0]!.asked[0]!.answer();
  await first;
  server.connections[0]!.alive = false;
  const second = lane.run(signal, ask('second'));
  await turn();
  server.connections[1]!.asked[0]!.answer();
  await second;
});

test('closing says goodbye to an idle connection and cuts a busy one; what waits rejects', async () => {
  const server = fakeServer();
  const [idle, busy] = [new Lane(server), new Lane(server)];
  const done = idle.run(signal, ask('done'));
  await turn();
  server.connections[0]!.asked[0]!.answer();
  await done;
  const stuck = busy.run(signal, ask('stuck'));
  const waiting = busy.run(signal, ask('waiting'));
  await turn();
  await Promise.all([idle.close(), busy.close(), idle.close()]);
  await assert.rejects(stuck, /closed/);
  await assert.rejects(waiting, /closed/);
  await assert.rejects(idle.run(signal, ask('late')), /closed/);
  assert.deepEqual([server.connections[0]!.ended, server.connections[1]!.alive], [true, false]);
});
