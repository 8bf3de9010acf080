/**
 * How a process explains what is inside an image. Told by GANTRY_INSPECT=1, `gantry replica PATH...` starts nothing and
 * writes one line to its standard output:
 *
 *   GANTRY_INSIDE {"v":1,"inside":{...},"problems":[{"level":"error","text":"api.xml:3:1 error ..."}]}
 *
 * Whatever else is written is for people. So an image needs to be understood only by the Gantry that is in it.
 */
import type { Inside } from '../../../plan/index.ts';

export const inspectVariable = 'GANTRY_INSPECT';
const word = 'GANTRY_INSIDE ';

export interface Report {
  readonly v: 1;
  readonly inside: Inside;
  readonly problems: readonly ReportedProblem[];
}

export interface ReportedProblem {
  readonly level: 'error' | 'warning' | 'info';
  /** One line: position, level, code, text, hint. */
  readonly text: string;
}

/** More would not be read, and has to pass through a log and into a status. */
const mostProblems = 20;

export function reportLine(inside: Inside, problems: readonly ReportedProblem[]): string {
  const order = { error: 0, warning: 1, info: 2 };
  const first = problems.toSorted((a, b) => order[a.level] - order[b.level]).slice(0, mostProblems);
  return word + JSON.stringify({ v: 1, inside, problems: first } satisfies Report);
}

/** Undefined when no line is a report: it is no image of Gantry, or of one that could not explain itself. */
export function readReport(lines: Iterable<string>): Report | undefined {
  for (const line of lines) {
    if (!line.startsWith(word)) continue;
    try {
      const report = JSON.parse(line.slice(word.length)) as Report;
      return report.v === 1 ? report : undefined;
    } catch {
      return undefined;
    }
  }
  return undefined;
}
