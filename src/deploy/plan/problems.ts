import type { Position, Problem, ProblemLevel } from '../../errors.ts';

/** A problem of the plan. What was asked for on the command line has the option as its place: "--isolate". */
function problem(
  level: ProblemLevel,
  code: string,
  at: Position | string,
  text: string,
  hint: string,
  artifact?: string,
): Problem {
  const place = typeof at === 'string' ? { file: at, line: 1, column: 1 } : at;
  return { code, level, at: place, text, hint, ...(artifact === undefined ? {} : { artifact }) };
}

type Make = (code: string, at: Position | string, text: string, hint: string, artifact?: string) => Problem;

export const error: Make = (...rest) => problem('error', ...rest);
export const warning: Make = (...rest) => problem('warning', ...rest);
export const note: Make = (...rest) => problem('info', ...rest);

/** True when the problem is about an option, so that its line and column mean nothing. */
export function isAboutOption(p: Problem): boolean {
  return p.at.file.startsWith('--');
}
