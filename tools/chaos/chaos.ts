/**
 * Real replicas under random faults, every invariant checked from outside. README.md says what is checked and how.
 *   npm run chaos -- --minutes 5 --seed 7
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, usage, type ChaosOptions } from './options.ts';
import { summarize, table } from './report.ts';
import { runChaos, saveHistory } from './run.ts';
import { watch } from './watch/watch.ts';

const exitCode = { ok: 0, violated: 1, usage: 2 } as const;

async function main(options: ChaosOptions): Promise<number> {
  if (options.keep !== undefined) mkdirSync(options.keep, { recursive: true });
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'gantry-chaos-'));
  const history = await runChaos(options, folder);
  const verdict = watch(history);
  const summary = summarize(options, history, verdict);
  const isViolated = verdict.violations.length > 0;
  console.log(table(summary, verdict, history.beganAt));
  if (isViolated || options.keep !== undefined) {
    saveHistory(history, folder);
    console.log(`history.json and the replicas' logs are in ${folder}`);
  } else rmSync(folder, { recursive: true, force: true });
  if (options.format === 'json') console.log(JSON.stringify(summary));
  return isViolated ? exitCode.violated : exitCode.ok;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(usage);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(`chaos: ${(error as Error).message}`);
  process.exitCode = exitCode.usage;
}
