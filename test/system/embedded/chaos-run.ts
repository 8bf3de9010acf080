import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions, type ChaosOptions } from '../../../tools/chaos/options.ts';
import { runChaos } from '../../../tools/chaos/run.ts';
import { watch, type Verdict } from '../../../tools/chaos/watch/watch.ts';
import { scratch } from './gantry.ts';

/** `npm run chaos` with these arguments; what it found, and each broken promise as a line. */
export async function chaos(...args: readonly string[]): Promise<{ verdict: Verdict; broken: readonly string[] }> {
  const folder = join(scratch, `chaos-${process.pid}-${args.join('').replaceAll(/\W/g, '')}`.slice(0, 80));
  mkdirSync(folder);
  const verdict = watch(await runChaos(readOptions(args) as ChaosOptions, folder));
  return { verdict, broken: verdict.violations.map(({ invariant, text }) => `${invariant} ${text}`) };
}
