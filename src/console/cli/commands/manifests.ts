import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  decideSetting,
  filesOf,
  manifestFormats,
  manifestsOf,
  type ManifestFiles,
} from '../../../deploy/kubernetes/index.ts';
import { planDeployment } from '../../../deploy/plan/index.ts';
import type { Problem } from '../../../errors.ts';
import { integerOption, isolateOption, textOption, wordOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { problemLine } from '../problems.ts';
import { exitCode, UsageError } from '../usage.ts';
import { linePaths, readDeployable, terminal, type Deployable, type Told } from './deployable.ts';
import { patternWords } from './plan.ts';

export const manifestsOptions: OptionSpec = {
  pattern: { type: 'string' },
  replicas: { type: 'string' },
  'max-replicas': { type: 'string' },
  isolate: { type: 'string', multiple: true },
  image: { type: 'string' },
  name: { type: 'string' },
  namespace: { type: 'string' },
  'ingress-class': { type: 'string' },
  host: { type: 'string' },
  peers: { type: 'boolean' },
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
  const { files, problems } = manifestFiles(line, await readDeployable(line));
  for (const problem of problems) if (problem.level !== 'info') told.warn(problemLine(problem));
  if (files === undefined) return exitCode.failed;
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

/** Undefined files: something is wrong, and nothing may be written. */
function manifestFiles(
  line: ParsedLine,
  { project, problems: found, environment }: Deployable,
): { readonly files: ManifestFiles | undefined; readonly problems: readonly Problem[] } {
  const integer = (name: string): number | undefined =>
    line.values[name] === undefined ? undefined : integerOption(line, name, 0, 1, 500);
  const plan = planDeployment(project, {
    pattern: wordOption(line, 'pattern', patternWords, 'auto'),
    replicas: integer('replicas'),
    isolate: isolateOption(line),
  });
  const { setting, problems: decided } = decideSetting(plan, project.digest, {
    name: textOption(line, 'name'),
    namespace: textOption(line, 'namespace'),
    image: textOption(line, 'image'),
    maxReplicas: integer('max-replicas'),
    ingressClass: textOption(line, 'ingress-class'),
    host: textOption(line, 'host'),
    peers: line.values['peers'] === true,
    environment,
  });
  const problems = [...found, ...plan.problems, ...decided];
  const wrong = problems.some((problem) => problem.level === 'error');
  const format = wordOption(line, 'format', manifestFormats, 'yaml');
  return { files: wrong ? undefined : filesOf(manifestsOf(plan, setting), setting, format), problems };
}
