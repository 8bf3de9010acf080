import type { SyntaxProblem } from './expression.ts';

/** What a compiler gives back: the compiled thing, or what is wrong with the source. */
export type Compiled<T> =
  { readonly ok: T; readonly problem?: undefined } | { readonly ok?: undefined; readonly problem: SyntaxProblem };

/** Thrown inside the compilers, never out of them. */
export class SyntaxTrouble extends Error {
  readonly problem: SyntaxProblem;

  constructor(text: string, offset: number, hint?: string) {
    super(text);
    this.name = 'SyntaxTrouble';
    this.problem = hint === undefined ? { text, offset } : { text, offset, hint };
  }
}

/** Deeper nesting than this is refused, so that no expression can exhaust the stack. */
export const maxDepth = 200;

/** Runs a compiler; `shift` is where its source begins in what the user wrote. */
export function compiling<T>(work: () => T, shift = 0): Compiled<T> {
  try {
    return { ok: work() };
  } catch (error) {
    if (!(error instanceof SyntaxTrouble)) throw error;
    return { problem: { ...error.problem, offset: error.problem.offset + shift } };
  }
}

/** "Did you mean x?" for a name that is almost a known one. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    const d = distance(written.toLowerCase(), name.toLowerCase(), bestDistance);
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best === undefined ? undefined : `Did you mean ${best}?`;
}

/** Levenshtein distance; gives up where it cannot stay below `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
