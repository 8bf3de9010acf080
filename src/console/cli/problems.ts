import { formatPosition, type Problem } from '../../errors.ts';

/** One problem on one line, as `gantry run` prints it; `gantry check` shows the source line too. */
export function problemLine(problem: Problem): string {
  const { at, level, code, text, hint } = problem;
  return `${formatPosition(at)} ${level} ${code} ${text}${hint === undefined ? '' : ` ${hint}`}`;
}
