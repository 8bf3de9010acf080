import type { Artifact, Project } from '../../artifacts/model.ts';
import { formatPosition, type Problem } from '../../errors.ts';

/** One problem on one line, as `gantry run` prints it; `gantry check` shows the source line too. */
export function problemLine(problem: Problem): string {
  const { at, level, code, text, hint } = problem;
  return `${formatPosition(at)} ${level} ${code} ${text}${hint === undefined ? '' : ` ${hint}`}`;
}

/** The artifact a problem of the project is about: the one it names, else the only one of its file. */
export function ownerOf(problem: Problem, project: Project): Artifact | undefined {
  const inFile = project.artifacts.filter((a) => a.file === problem.at.file);
  return (
    inFile.find((a) => `${a.kind} ${a.name}` === problem.artifact) ?? (inFile.length === 1 ? inFile[0] : undefined)
  );
}
