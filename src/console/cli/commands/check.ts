import type { Problem, ProblemLevel } from '../../../errors.ts';
import { formatPosition } from '../../../errors.ts';
import type { Artifact, Project } from '../../../artifacts/model.ts';
import { loadProject } from '../../../artifacts/project/load.ts';
import type { Vocabulary } from '../../../artifacts/shape/vocabulary.ts';
import { classify } from '../../../artifacts/stateful.ts';
import { ownerOf } from '../problems.ts';
import { exitCode } from '../usage.ts';

export interface CheckOptions {
  readonly vocabulary: Vocabulary;
  /** What else is to be said of a project: parts that are sound, but that this version does not run. */
  readonly preview?: (project: Project) => Promise<readonly Problem[]>;
  readonly format: 'text' | 'json';
  readonly registryDir?: string | undefined;
  readonly envFile?: string | undefined;
  /** By default the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** One artifact in the JSON form of `gantry check`, documented in docs/reference/cli.md. */
export interface CheckedArtifact {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly stateful: boolean;
  readonly problems: readonly {
    readonly level: ProblemLevel;
    readonly code: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly text: string;
  }[];
}

/** Every problem of a project. Exit code 0 without problems of level error, else 1. */
export async function runCheck(
  paths: readonly string[],
  options: CheckOptions,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const { vocabulary, registryDir, envFile, env } = options;
  const loaded = await loadProject(paths, {
    vocabulary,
    registryDir,
    envFile,
    env,
    keepSources: options.format === 'text',
  });
  const previewed = (await options.preview?.(loaded)) ?? [];
  const project = { ...loaded, problems: [...loaded.problems, ...previewed] };
  const problems = allProblems(project);
  const ok = !problems.some((p) => p.level === 'error');
  const output = options.format === 'json' ? asJson(project, ok) : asText(project, problems);
  return { exitCode: ok ? exitCode.ok : exitCode.failed, output };
}

/** Problems of artifacts and of the project, by file and place. */
function allProblems(project: Project): readonly Problem[] {
  const all = [...project.artifacts.flatMap((a) => a.problems), ...project.problems];
  const byFile = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return all.sort((a, b) => byFile(a.at.file, b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column);
}

function asJson(project: Project, ok: boolean): string {
  const owned = new Map<Artifact, Problem[]>(project.artifacts.map((a) => [a, [...a.problems]]));
  const homeless = new Map<string, Problem[]>();
  for (const problem of project.problems) {
    const owner = ownerOf(problem, project);
    if (owner) owned.get(owner)!.push(problem);
    else homeless.set(problem.at.file, [...(homeless.get(problem.at.file) ?? []), problem]);
  }
  const artifacts: CheckedArtifact[] = project.artifacts.map((artifact) => ({
    kind: artifact.kind,
    name: artifact.name,
    file: artifact.file,
    stateful: classify(artifact, project.artifacts).stateful,
    problems: owned.get(artifact)!.map(flat),
  }));
  for (const [file, problems] of homeless) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    artifacts.push({ kind: 'unknown', name, file, stateful: false, problems: problems.map(flat) });
  }
  return `${JSON.stringify({ artifacts, ok }, null, 2)}\n`;
}

function flat(problem: Problem): CheckedArtifact['problems'][number] {
  const { level, code, at, text, hint } = problem;
  const { file, line, column } = at;
  return { level, code, file, line, column, text: hint === undefined ? text : `${text} ${hint}` };
}

function asText(project: Project, problems: readonly Problem[]): string {
  const shown = problems.map((problem) => describe(problem, project.sources?.get(problem.at.file)));
  return [...shown, summary(project, problems)].join('\n');
}

/**
 * apis/Orders.xml:12:5 error UNKNOWN_MEDIATOR <lgo> is not a mediator Gantry knows. (api Orders)
 *     <lgo level="full"/>
 *     ^^^^
 *     Did you mean "log"?
 */
function describe(problem: Problem, source: string | undefined): string {
  const { at, level, code, text, hint, artifact } = problem;
  const who = artifact === undefined ? '' : ` (${artifact})`;
  const lines = [`${formatPosition(at)} ${level} ${code} ${text}${who}`, ...pointed(source, at)];
  if (hint !== undefined) lines.push(`    ${hint}`);
  return `${lines.join('\n')}\n`;
}

/** The source line and ^^^ below what the problem is about; long lines are cut around it. */
function pointed(source: string | undefined, at: Problem['at']): readonly string[] {
  const line = source?.split(/\r\n|[\n\r]/, at.line)[at.line - 1]?.replaceAll('\t', ' ');
  if (line === undefined || line.trim() === '') return [];
  const indent = line.length - line.trimStart().length;
  const from = Math.max(Math.min(indent, at.column - 1), at.column - 61);
  const cut = `${from > indent ? '…' : ''}${line.slice(from, from + 120)}`;
  const width = /^<?\/?[\w:.-]+|^./.exec(line.slice(at.column - 1))?.[0].length ?? 1;
  const before = ' '.repeat(Math.max(0, at.column - 1 - from) + (from > indent ? 1 : 0));
  return [`    ${cut.trimEnd()}`, `    ${before}${'^'.repeat(width)}`];
}

function summary(project: Project, problems: readonly Problem[]): string {
  const count = (level: ProblemLevel): number => problems.filter((p) => p.level === level).length;
  const some = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  const parts = [some(count('error'), 'error'), some(count('warning'), 'warning')];
  const read = some(project.artifacts.length, 'artifact');
  return problems.length === 0 ? `${read}, no problems.\n` : `${read}, ${parts.join(', ')}.\n`;
}
