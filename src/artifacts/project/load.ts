import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { digestOf } from '../../digest.ts';
import type { Problem } from '../../errors.ts';
import { link } from '../link.ts';
import { artifactKey, type Artifact, type Project, type RegistryFile } from '../model.ts';
import type { Vocabulary } from '../shape/vocabulary.ts';
import { readDeployment } from './deployment.ts';
import { readFolder, readRegistry, readSingleFile } from './folder.ts';
import { fileProblem, nothingFound, type Found } from './found.ts';
import { parseEnvironmentFile, parseProperties } from './properties.ts';
import type { PlaceholderValues } from './placeholders.ts';
import { readPlacements, type DeploymentFile } from './placements.ts';
import { readSource, type ReadFile } from './read-file.ts';

export interface LoadOptions {
  readonly vocabulary: Vocabulary;
  /** A folder with config/ and governance/; by default `registry/` in or beside the configuration folder. */
  readonly registryDir?: string | undefined;
  /** NAME=value lines; the process's own environment wins over it, and it wins over the project's .env. */
  readonly envFile?: string | undefined;
  /** By default the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Keep the text of every file in `Project.sources`, to print the lines problems are about. */
  readonly keepSources?: boolean | undefined;
}

/**
 * Reads one or more PATHs as one project: MI projects, Synapse configuration folders, folders of XML, single .xml and
 * .dbs files, .car archives. Never throws for what is wrong with them: everything wrong is a problem, and one bad file
 * does not stop the rest. The order of artifacts is that of the PATHs and of the names in them.
 */
export async function loadProject(paths: readonly string[], options: LoadOptions): Promise<Project> {
  const found = nothingFound();
  for (const path of paths) readPath(resolve(path), paths.length > 1, found);
  readRegistryFolder(paths, options.registryDir, found);
  const env = environment(found, options);
  const fileProperties = new Map(
    found.fileProperties.flatMap(({ text }) => parseProperties(text).map((p) => [p.name, p.value] as const)),
  );
  const configs = new Map<string, string>();
  const declared = new Set<string>();
  for (const { name } of found.configs.flatMap(({ text }) => parseProperties(text))) {
    declared.add(name);
    const value = env[name] ?? fileProperties.get(name);
    if (value !== undefined) configs.set(name, value);
  }
  const { artifacts, problems, recognised } = readSources(found, options.vocabulary, {
    env,
    fileProperties,
    configs,
    declared,
  });
  const deployment = readDeploymentFiles(found, env);
  const unique = refuseDuplicates(artifacts);
  const placed = readPlacements(deployment.files, unique);
  const all = [...found.problems, ...deployment.problems, ...placed.problems, ...problems];
  const isEmpty = !recognised && found.registry.length === 0 && found.configs.length === 0;
  if (isEmpty && !all.some((p) => p.level === 'error')) all.push(nothingHere(paths));
  return {
    name: projectName(paths),
    artifacts: unique,
    registry: withoutDoubles(found.registry),
    configs,
    fileProperties,
    deployment: Object.assign({}, ...deployment.files.map(({ values }) => values)),
    placements: placed.placements,
    problems: [...all, ...link(unique, found.registry, found.complete ? 'error' : 'warning')],
    digest: digestOfFound(found),
    ...(options.keepSources ? { sources: sourcesOf(found) } : {}),
  };
}

function readPath(path: string, several: boolean, found: Found): void {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) {
    const hint = 'Check the spelling, and the folder you are in.';
    found.problems.push(fileProblem('NO_SUCH_PATH', basename(path), `"${basename(path)}" does not exist.`, hint));
  } else if (info.isDirectory()) {
    const before = sizeOf(found);
    readFolder(path, several ? `${basename(path)}/` : '', found);
    // With one path this is told when it is known that none of its files is an artifact either.
    if (several && sizeOf(found) === before) found.problems.push(nothingHere([path]));
  } else readSingleFile(path, found);
}

function sizeOf(found: Found): number {
  return found.sources.length + found.registry.length + found.configs.length + found.problems.length;
}

/** The registry that was named, or the one that lies beside a synapse-configs folder. */
function readRegistryFolder(paths: readonly string[], given: string | undefined, found: Found): void {
  if (given !== undefined) {
    if (existsSync(given)) return readRegistry(resolve(given), '', found);
    const hint = '--registry takes a folder with config/ and governance/ in it.';
    found.problems.push(
      fileProblem('NO_SUCH_PATH', basename(given), `The registry folder "${basename(given)}" does not exist.`, hint),
    );
    return;
  }
  const beside = paths.map(registryBeside).find((dir) => dir !== undefined);
  if (beside !== undefined) readRegistry(beside, '', found);
}

/** The registry that belongs to a synapse-configs folder though it does not lie in it. */
export function registryBeside(path: string): string | undefined {
  if (!/synapse-configs/.test(resolve(path))) return undefined;
  return ['../registry', '../../registry', '../../../../../registry']
    .map((beside) => join(resolve(path), beside))
    .find((dir) => existsSync(dir));
}

function environment(found: Found, options: LoadOptions): Readonly<Record<string, string | undefined>> {
  let given: Readonly<Record<string, string>> = {};
  if (options.envFile !== undefined) {
    try {
      given = parseEnvironmentFile(readFileSync(options.envFile, 'utf8'));
    } catch {
      const name = basename(options.envFile);
      found.problems.push(
        fileProblem('NO_SUCH_PATH', name, `The environment file "${name}" cannot be read.`, 'Check --env-file.'),
      );
    }
  }
  return { ...Object.assign({}, ...found.dotEnv.map(parseEnvironmentFile)), ...given, ...(options.env ?? process.env) };
}

function readSources(found: Found, vocabulary: Vocabulary, values: PlaceholderValues): ReadFile {
  const unsetLevel = found.complete ? 'error' : 'warning';
  const read = found.sources.map((source) => readSource(source, { vocabulary, values, unsetLevel }));
  return {
    artifacts: read.flatMap((r) => r.artifacts),
    problems: read.flatMap((r) => r.problems),
    recognised: read.some((r) => r.recognised),
  };
}

/** The first of a name is used; the others keep their place in the list, with a problem that keeps them from it. */
function refuseDuplicates(artifacts: readonly Artifact[]): readonly Artifact[] {
  const first = new Map<string, Artifact>();
  return artifacts.map((artifact) => {
    if (artifact.kind === 'unknown' || artifact.kind === 'registry') return artifact;
    const key = artifactKey(artifact);
    const other = first.get(key);
    if (!other) {
      first.set(key, artifact);
      return artifact;
    }
    const problem: Problem = {
      code: 'DUPLICATE_NAME',
      level: 'error',
      at: artifact.at,
      text: `There is another ${artifact.kind} "${artifact.name}", at ${other.file}:${other.at.line}.`,
      hint: 'The other one is used; give this one a name of its own.',
      artifact: `${artifact.kind} ${artifact.name}`,
    };
    return { ...artifact, problems: [...artifact.problems, problem] };
  });
}

function readDeploymentFiles(
  found: Found,
  env: Readonly<Record<string, string | undefined>>,
): { readonly files: readonly DeploymentFile[]; readonly problems: readonly Problem[] } {
  const read = found.deployment.map(({ file, text }) => ({ file, text, ...readDeployment(file, text, env) }));
  const files = read.map(({ file, text, deployment: values }) => ({ file, text, values }));
  return { files, problems: read.flatMap((r) => r.problems) };
}

function nothingHere(paths: readonly string[]): Problem {
  const names = paths.map((p) => basename(resolve(p))).join(', ');
  return fileProblem(
    'NOT_A_PROJECT',
    names,
    `There are no artifacts in ${names}.`,
    'Give an MI project (with src/main/wso2mi/artifacts), a synapse-configs/default folder, a folder of XML, or a .car.',
  );
}

function withoutDoubles(registry: readonly RegistryFile[]): readonly RegistryFile[] {
  return [...new Map(registry.map((file) => [file.key, file])).values()];
}

function projectName(paths: readonly string[]): string {
  const names = paths.map((path) => {
    const full = resolve(path);
    return basename(full) === 'default'
      ? basename(resolve(full, '../..'))
      : basename(full).replace(/\.(car|xml|dbs)$/i, '');
  });
  return names.join('+');
}

/** Over names and bytes, in an order of its own: the same content gives the same digest wherever it lies. */
function digestOfFound(found: Found): string {
  const parts = [
    ...found.sources.map((s) => [s.file, s.bytes] as const),
    ...found.registry.map((r) => [r.key, r.bytes] as const),
    ...[...found.configs, ...found.fileProperties, ...found.deployment].map(
      (t) => [t.file, Buffer.from(t.text)] as const,
    ),
  ].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return digestOf(parts.flat());
}

function sourcesOf(found: Found): ReadonlyMap<string, string> {
  const decoder = new TextDecoder();
  const texts = [...found.deployment, ...found.configs, ...found.fileProperties].map((t) => [t.file, t.text] as const);
  return new Map([...found.sources.map((s) => [s.file, decoder.decode(s.bytes)] as const), ...texts]);
}
