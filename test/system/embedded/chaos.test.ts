/** Real replicas under random faults for a few seconds; `npm run chaos` does it for as long as one likes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from './chaos-run.ts';

test('three replicas with 50 tasks keep every promise under random faults', async () => {
  const { verdict, broken } = await chaos('--minutes', '0.1', '--seed', '4');
  assert.deepEqual(broken, []);
  assert.ok(verdict.runs.due > 300, `only ${verdict.runs.due} runs`);
});
