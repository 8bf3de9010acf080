import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitingText } from './waiting.ts';

test('the same failed pull reads the same in both states the kubelet tells it in', () => {
  const why = 'failed to resolve reference "a/b:1": not found';
  const first = waitingText({ reason: 'ErrImagePull', message: why });
  const message = `Back-off pulling image "a/b:1": ErrImagePull: ${why}`;
  assert.equal(first, `the image cannot be pulled: ${why}`);
  assert.equal(waitingText({ reason: 'ImagePullBackOff', message }), first);
});

test('pauses that grow are not told', () => {
  const text = (seconds: number): string | undefined =>
    waitingText({ reason: 'CrashLoopBackOff', message: `back-off ${seconds}s restarting failed container` });
  assert.equal(text(10), text(20));
});

test('what only takes its time is nothing to tell', () => {
  assert.equal(waitingText({ reason: 'ContainerCreating' }), undefined);
  assert.equal(waitingText({}), undefined);
  assert.equal(
    waitingText({ reason: 'CreateContainerConfigError', message: 'no secret' }),
    'CreateContainerConfigError: no secret',
  );
});
