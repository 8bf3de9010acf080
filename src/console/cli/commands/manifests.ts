import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesOf, manifestFormats } from '../../../deploy/kubernetes/index.ts';
import { textOption, wordOption, type OptionSpec } from '../options.ts';
import { problemLine } from '../problems.ts';
import { exitCode, UsageError } from '../usage.ts';
import { linePaths, readDeployable, terminal, type Told } from './deployable.ts';
import { objectOptions, planObjects } from './objects.ts';

export const manifestsOptions: OptionSpec = {
  ...objectOptions,
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
};

/** `gantry manifests PATH...`: prints the objects, or writes them below -o DIR. Speaks with no cluster. */
export async function runManifests(args: readonly string[], told: Told = terminal): Promise<number> {
  const line = linePaths(args, manifestsOptions, 'manifests');
  const output = textOption(line, 'output');
  const format = wordOption(line, 'format', manifestFormats, 'yaml');
  if (format !== 'yaml' && output === undefined)
    throw new UsageError(`--format ${format} makes several files.`, 'Say where they go: -o DIR.');
  const { manifests, setting, problems } = planObjects(line, await readDeployable(line));
  for (const problem of problems) if (problem.level !== 'info') told.warn(problemLine(problem));
  if (problems.some(({ level }) => level === 'error')) return exitCode.failed;
  const files = filesOf(manifests, setting, format);
  if (output === undefined) {
    told.print(Object.values(files).join('').trimEnd());
    return exitCode.ok;
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(output, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    told.print(path);
  }
  return exitCode.ok;
}
