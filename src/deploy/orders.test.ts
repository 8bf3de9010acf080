import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import { MemoryArbiter } from '../coordination/arbiters/memory.ts';
import { memberKey, newAssignment, type AssignmentEntry, type MemberRecord } from '../coordination/records.ts';
import { orderDrain, orderMove, orderUndrain } from './orders.ts';

const soon = (): AbortSignal => AbortSignal.timeout(1_000);
const entry = (holder: string): AssignmentEntry => ({ holder, token: 7, by: 'start', reason: 'r', at: 3, runs: 0 });

/** Records of two members that do nothing: orders meet nobody who obeys. */
async function deaf(artifacts: Readonly<Record<string, AssignmentEntry>>): Promise<MemoryArbiter> {
  const arbiter = new MemoryArbiter();
  const offer = Object.fromEntries(Object.keys(artifacts).map((key) => [key, {}]));
  const assignment = { ...newAssignment('x', 1, 0), offers: { all: offer }, artifacts };
  await arbiter.swap('assignment', assignment, undefined, soon());
  for (const pod of ['a', 'b']) {
    const boot = `${pod}.1`;
    const lease = { leaseMs: 1_200, offer: 'all', joinedAt: 0 };
    const record: MemberRecord = { v: 1, boot, pod, node: `rack-${pod}`, state: 'active', beat: 1, ...lease };
    await arbiter.swap(memberKey(boot), record, undefined, soon());
  }
  return arbiter;
}

test('an order that nobody obeys in time says how it stands, and stays ordered', async () => {
  const arbiter = await deaf({ 'task/x': entry('a.1') });
  const clock = new VirtualClock();
  const order = { clock, withinMs: 0 };
  await assert.rejects(orderMove(arbiter, 'x', 'b', order), {
    code: 'NOT_POSSIBLE',
    message: 'task/x is held by a, not by b: its holder has not done it in time; it will when it can.',
  });
  await assert.rejects(orderDrain(arbiter, 'a', order), { message: 'a is drained, but still holds task/x.' });
  const found = await arbiter.read('assignment', soon());
  assert.deepEqual(found?.value.moves, { 'task/x': 'b' });
  assert.deepEqual(Object.keys(found?.value.drained ?? {}), ['pod/a']);
});

test('what cannot be meant is told with what there is', async () => {
  const arbiter = await deaf({ 'task/x': entry('a.1'), 'inboundEndpoint/x': entry('b.1'), 'task/y': entry('b.1') });
  const notFound = (message: RegExp) => ({ code: 'NOT_FOUND', message });
  await assert.rejects(orderMove(arbiter, 'x', 'b'), notFound(/"x" names several.*inboundEndpoint\/x, task\/x/));
  await assert.rejects(orderMove(arbiter, 'z', 'b'), notFound(/no stateful artifact "z".*task\/y/));
  await assert.rejects(orderDrain(arbiter, 'rack-c'), notFound(/"rack-c"\. There are: a, b, rack-a, rack-b/));
  await assert.rejects(orderUndrain(arbiter, 'c'), notFound(/"c"/));
  await assert.rejects(orderMove(new MemoryArbiter(), 'x', 'b'), notFound(/no such deployment/));
  await assert.rejects(orderMove(arbiter, 'y', 'c'), { code: 'NOT_POSSIBLE', message: /c is not a live member/ });
});

test('what nobody else can hold is kept, and said so at once', async () => {
  const arbiter = await deaf({ 'task/x': entry('a.1') });
  await orderDrain(arbiter, 'b');
  const { kept, moved } = await orderDrain(arbiter, 'rack-a');
  assert.deepEqual([moved, kept], [[], [{ artifact: 'task/x', pod: 'a', reason: 'no other live member can hold it' }]]);
});

test('what is drained and gone can be undrained by its name', async () => {
  const arbiter = await deaf({});
  await orderDrain(arbiter, 'rack-b');
  const record = await arbiter.read(memberKey('b.1'), soon());
  await arbiter.remove(memberKey('b.1'), record!.version, soon());
  assert.deepEqual(await orderUndrain(arbiter, 'rack-b'), { target: 'node/rack-b', was: true });
});
