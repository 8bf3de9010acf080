import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../../../artifacts/model.ts';
import { loadProject } from '../../../artifacts/project/load.ts';
import { nothingToRun } from '../../../artifacts/project/nothing-to-run.ts';
import { parseEnvironmentFile } from '../../../artifacts/project/properties.ts';
import type { Problem } from '../../../errors.ts';
import { findClasses } from '../../../runtime/stateful/classes.ts';
import { previewSingletons } from '../../../runtime/stateful/singletons.ts';
import { vocabulary } from '../../../runtime/vocabulary.ts';
import { parseLine, textOption, type ParsedLine, type OptionSpec } from '../options.ts';
import { UsageError } from '../usage.ts';

/** A project on its way to a cluster, and what is wrong with it. */
export interface Deployable {
  readonly project: Project;
  readonly problems: readonly Problem[];
  /** From .env of the project, and --env-file before it. The environment of whoever calls is not the cluster's. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a command says what it has to say; tests listen. */
export interface Told {
  print(line: string): void;
  warn(line: string): void;
}

export const terminal: Told = { print: console.log, warn: console.error };

/** Parses a command that takes PATHs. */
export function linePaths(args: readonly string[], options: OptionSpec, command: string): ParsedLine {
  const line = parseLine(args, options);
  if (line.paths.length > 0) return line;
  throw new UsageError(`gantry ${command} takes the PATH of a project.`, `gantry ${command} examples/orders`);
}

/**
 * Reads a project to deploy it elsewhere. A faulty artifact is an error here, though `gantry run` runs the rest: what
 * goes to a cluster is not watched by its author. A placeholder without a value is a warning, where a Secret may bring it.
 * Pods that are ready and answer 404 to everything would be taken for a deployment.
 */
export async function readDeployable(line: ParsedLine): Promise<Deployable> {
  const envFile = textOption(line, 'env-file');
  const registryDir = textOption(line, 'registry');
  const read = await loadProject(line.paths, { vocabulary, registryDir, envFile, env: {} });
  const project: Project = {
    ...read,
    problems: read.problems.map(elsewhere),
    artifacts: read.artifacts.map((one) => ({ ...one, problems: one.problems.map(elsewhere) })),
  };
  return {
    project,
    problems: [
      ...project.problems,
      ...nothingToRun(project).map(elsewhere),
      ...project.artifacts.flatMap((artifact) => artifact.problems),
      ...previewSingletons(project, await findClasses(line.paths)),
    ],
    environment: Object.assign({}, ...[...line.paths.map((path) => join(path, '.env')), envFile].map(readEnvironment)),
  };
}

/** How bad it is where it is to run. */
const levels: Readonly<Record<string, Problem['level']>> = {
  UNSET_PLACEHOLDER: 'warning',
  UNDECLARED_PLACEHOLDER: 'error',
  NOTHING_TO_RUN: 'error',
};

function elsewhere(problem: Problem): Problem {
  return { ...problem, level: levels[problem.code] ?? problem.level };
}

function readEnvironment(path: string | undefined): Readonly<Record<string, string>> {
  return path !== undefined && existsSync(path) ? parseEnvironmentFile(readFileSync(path, 'utf8')) : {};
}
