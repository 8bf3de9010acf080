import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeploymentEvent } from '../../../deploy/status.ts';
import { Fold } from './fold.ts';

const acquired = (n: number, more: Partial<DeploymentEvent> = {}): DeploymentEvent => ({
  time: n,
  type: 'artifact-acquired',
  pod: 'pod-2',
  artifact: `task/t${n}`,
  text: `task/t${n} runs on pod-2`,
  by: 'failover',
  tookMs: 1_100 + n,
  ...more,
});

function told(events: readonly DeploymentEvent[]): string[] {
  const lines: string[] = [];
  const fold = new Fold(({ text }) => lines.push(text));
  for (const event of events) fold.add(event);
  fold.flush();
  return lines;
}

test('many artifacts that come to a pod at once are one line with the longest gap', () => {
  const many = [1, 2, 3, 4, 5].map((n) => acquired(n));
  assert.deepEqual(told(many), [
    '5 artifacts run on pod-2 (failover, at most 1105 ms without a holder): task/t1, task/t2 and 3 more',
  ]);
  const left = many.map((event): DeploymentEvent => ({ ...event, type: 'artifact-released', pod: 'pod-1' }));
  assert.deepEqual(told([...left, acquired(6)]), [
    '5 artifacts have left pod-1: task/t1, task/t2 and 3 more',
    'task/t6 runs on pod-2',
  ]);
});

test('a few are told one by one, and what else happens does not wait for them', () => {
  const lost: DeploymentEvent = { time: 0, type: 'pod-lost', pod: 'pod-1', text: 'pod-1 was lost' };
  assert.deepEqual(told([acquired(1), lost, acquired(2, { pod: 'pod-3', text: 'task/t2 runs on pod-3' })]), [
    'pod-1 was lost',
    'task/t1 runs on pod-2',
    'task/t2 runs on pod-3',
  ]);
});
