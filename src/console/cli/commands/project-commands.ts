import { statSync } from 'node:fs';
import { loadProject } from '../../../artifacts/project/load.ts';
import { nothingToRun } from '../../../artifacts/project/nothing-to-run.ts';
import { findClasses } from '../../../runtime/stateful/classes.ts';
import { previewSingletons } from '../../../runtime/stateful/singletons.ts';
import { vocabulary } from '../../../runtime/vocabulary.ts';
import { parseLine, textOption, wordOption, type OptionSpec } from '../options.ts';
import { UsageError } from '../usage.ts';
import { runCheck } from './check.ts';
import { runEval } from './eval.ts';
import { planOptions, runPlan } from './plan.ts';

const projectOptions: OptionSpec = { registry: { type: 'string' }, 'env-file': { type: 'string' } };
export const checkOptions: OptionSpec = { ...projectOptions, format: { type: 'string' } };
export const planCommandOptions: OptionSpec = { ...projectOptions, ...planOptions };
export const evalOptions: OptionSpec = { format: { type: 'string' } };

/** `gantry check PATH...` */
export async function check(args: readonly string[]): Promise<number> {
  const line = parseLine(args, checkOptions);
  if (line.paths.length === 0)
    throw new UsageError('gantry check takes the PATH of a project.', 'gantry check examples/orders');
  const result = await runCheck(line.paths, {
    vocabulary,
    preview: async (project) => [
      // A file alone may well be a part of something.
      ...(line.paths.some(isFolder) ? nothingToRun(project) : []),
      ...previewSingletons(project, await findClasses(line.paths)),
    ],
    format: wordOption(line, 'format', ['text', 'json'], 'text'),
    registryDir: textOption(line, 'registry'),
    envFile: textOption(line, 'env-file'),
  });
  process.stdout.write(result.output);
  return result.exitCode;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** `gantry plan PATH...` */
export async function plan(args: readonly string[]): Promise<number> {
  const line = parseLine(args, planCommandOptions);
  const load = (paths: readonly string[]): ReturnType<typeof loadProject> =>
    loadProject(paths, {
      vocabulary,
      registryDir: textOption(line, 'registry'),
      envFile: textOption(line, 'env-file'),
    });
  const result = await runPlan(line, load, () => performance.now());
  process.stdout.write(result.output);
  return result.exitCode;
}

/** `gantry eval --format json`: JSON lines in, JSON lines out. */
export async function evaluate(args: readonly string[]): Promise<number> {
  const line = parseLine(args, evalOptions);
  wordOption(line, 'format', ['json'], 'json');
  return runEval(process.stdin, process.stdout);
}
