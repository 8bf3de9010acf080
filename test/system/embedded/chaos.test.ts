/** Real replicas under random faults for a few seconds; `npm run chaos` does it for as long as one likes. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOptions, type ChaosOptions } from '../../../tools/chaos/options.ts';
import { runChaos } from '../../../tools/chaos/run.ts';
import { watch } from '../../../tools/chaos/watch/watch.ts';
import { scratch } from './gantry.ts';

test('three replicas with 50 tasks keep every promise under random faults', async () => {
  const options = readOptions(['--minutes', '0.15', '--seed', '4']) as ChaosOptions;
  const folder = join(scratch, 'chaos');
  mkdirSync(folder);
  const verdict = watch(await runChaos(options, folder));
  assert.deepEqual(
    verdict.violations.map(({ invariant, text }) => `${invariant} ${text}`),
    [],
  );
  assert.ok(verdict.runs.due > 300, `only ${verdict.runs.due} runs`);
});
