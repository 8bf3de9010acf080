/** A minute of random faults against a real API server, each replica with a way of its own to it. Needs KUBECONFIG. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../embedded/chaos-run.ts';

const skip = process.env['KUBECONFIG'] === undefined ? 'KUBECONFIG names no cluster' : false;

test('replicas that share an API server keep every promise under random faults', { skip }, async () => {
  const { verdict, broken } = await chaos('--minutes', '1', '--seed', '6', '--arbiter', 'kubernetes');
  assert.deepEqual(broken, []);
  assert.ok(verdict.runs.due > 1_000, `only ${verdict.runs.due} runs`);
});
