import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoordinationEvent, CoordinationEventType } from '../../../coordination/index.ts';
import { memberEvent } from './member-events.ts';
import { memberMessages } from '../member-messages.ts';

const said = (type: CoordinationEventType, more: Partial<CoordinationEvent> = {}): CoordinationEvent => ({
  type,
  time: 100,
  pod: 'pod-1',
  boot: 'pod-1.a',
  reason: 'so it is',
  ...more,
});

/** From the member to what people read, through the messages between the processes. */
function told(event: CoordinationEvent): (string | undefined)[][] {
  return memberMessages(event).flatMap((message) => {
    const shown = message.type === 'member' ? memberEvent(message, event.pod) : undefined;
    return shown ? [[shown.type, shown.pod, shown.artifact, shown.reason]] : [];
  });
}

test('what happens to a member reaches people with its reason, but for what other events tell', () => {
  const artifact = 'task/nightly';
  assert.deepEqual(
    [
      said('joined'),
      said('rejoined'),
      said('suspended'),
      said('resumed'),
      said('revoked', { target: 'pod-2.b' }),
      said('declined', { artifact }),
      said('failed', { artifact, token: 7 }),
      said('unreachable'),
      said('reachable'),
      said('left'),
    ].flatMap(told),
    [
      ['pod-joined', 'pod-1', undefined, 'so it is'],
      ['pod-rejoined', 'pod-1', undefined, 'so it is'],
      ['pod-suspended', 'pod-1', undefined, 'so it is'],
      ['pod-resumed', 'pod-1', undefined, 'so it is'],
      ['pod-revoked', 'pod-2', undefined, 'so it is'],
      ['move-declined', 'pod-1', artifact, 'so it is'],
      ['artifact-failed', 'pod-1', artifact, 'so it is'],
      ['arbiter-unreachable', 'pod-1', undefined, 'so it is'],
      ['arbiter-reachable', 'pod-1', undefined, 'so it is'],
    ],
  );
});

test('terms carry how they came; a released one ended when the artifact stopped, not when that was written', () => {
  const artifact = 'task/nightly';
  assert.deepEqual(memberMessages(said('acquired', { artifact, token: 7, by: 'move' })), [
    { to: 'parent', type: 'term', artifact, token: 7, state: 'acquired', at: 100, reason: 'so it is', by: 'move' },
  ]);
  const [released] = memberMessages(said('released', { artifact, token: 7, endedAt: 96 }));
  assert.equal(released?.type === 'term' && released.at, 96);
});

test('a new identity is told before anything else, so that its lease can be ended with its process', () => {
  assert.deepEqual(memberMessages(said('rejoined'))[0], { to: 'parent', type: 'joined', boot: 'pod-1.a' });
});
