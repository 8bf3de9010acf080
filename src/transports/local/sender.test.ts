import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import type { Outgoing } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { createLocalSender } from './sender.ts';

const outgoing = (address: string, message: Message = new Message()): Outgoing => ({
  url: new URL(address),
  message,
  method: undefined,
  format: undefined,
  timeoutMs: undefined,
  signal: new AbortController().signal,
});

test('a message reaches the service of that path as a request of its own, and its answer comes back', async () => {
  const { sender, connect } = createLocalSender();
  const seen: Message[] = [];
  connect(async (request, client) => {
    seen.push(request);
    const answer = request.reply(Body.text('pong'), Headers.from([['X-A', '1']]));
    answer.axis2.set('HTTP_SC', 201);
    await client.respond(answer);
  });
  const message = new Message({ body: Body.text('ping') });
  message.properties.set('mine', 'kept');
  message.axis2.set('HTTP_SC', 500);
  const answer = await sender.send(outgoing('local://services/Second/x?y=1', message));
  assert.equal(seen[0]!.request?.target, '/services/Second/x?y=1');
  assert.equal(seen[0]!.body.text(), 'ping');
  assert.deepEqual([seen[0]!.properties.has('mine'), seen[0]!.axis2.has('HTTP_SC')], [false, false]);
  assert.notEqual(seen[0]!.conversation, message.conversation);
  assert.deepEqual([answer?.axis2.get('HTTP_SC'), answer?.headers.get('x-a'), answer?.body.text()], [201, '1', 'pong']);
  assert.equal(answer?.properties.get('mine'), 'kept');
});

test('both ways of writing a local address mean the same', async () => {
  const { sender, connect } = createLocalSender();
  const targets: string[] = [];
  connect(async (request) => void targets.push(request.request!.target));
  assert.equal(await sender.send(outgoing('local://services/A')), undefined);
  await sender.send(outgoing('local:///services/A'));
  assert.deepEqual(targets, ['/services/A', '/services/A']);
});

test('before anything is deployed the fault is that of a connection that cannot be made', async () => {
  await assert.rejects(createLocalSender().sender.send(outgoing('local:///services/A')), { number: 101503 });
});

test('the time-out of an endpoint holds for a local service too', async () => {
  const clock = new VirtualClock();
  const { sender, connect } = createLocalSender(clock);
  connect(() => new Promise(() => {}));
  const sent = assert.rejects(sender.send({ ...outgoing('local:///services/A'), timeoutMs: 100 }), { number: 101504 });
  await clock.advance(100);
  await sent;
});
