/**
 * Real replicas under random faults, every invariant checked from outside. README.md says what is checked and how.
 *   npm run chaos -- --minutes 5 --seed 7
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, usage, type ChaosOptions } from './options.ts';
import type { History } from './history.ts';
import { summarize, table } from './report.ts';
import { readHistory, runChaos, saveHistory } from './run.ts';
import { watch } from './watch/watch.ts';

const exitCode = { ok: 0, violated: 1, usage: 2 } as const;

async function main(options: ChaosOptions): Promise<number> {
  if (options.judge !== undefined) return judge(options, readHistory(options.judge));
  if (options.keep !== undefined) mkdirSync(options.keep, { recursive: true });
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'gantry-chaos-'));
  const history = await runChaos(options, folder);
  saveHistory(history, folder);
  const code = judge(options, history, `history.json and the replicas' logs are in ${folder}`);
  if (code === exitCode.ok && options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  return code;
}

/** Prints what there is to say; `trace` only when something is wrong. */
function judge(options: ChaosOptions, history: History, trace?: string): number {
  const verdict = watch(history);
  const summary = summarize(options, history, verdict);
  const isViolated = verdict.violations.length > 0;
  console.log(table(summary, verdict, history.beganAt));
  if (isViolated && trace !== undefined) console.log(trace);
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
