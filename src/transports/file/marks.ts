/**
 * What the names of files in a watched folder say. Only whole names are taken; everything here is left alone by scans.
 *
 *   a.csv                  waits
 *   a.csv.claim-7          taken by the holder of term 7, the fencing token
 *   a.csv.claim-r4f09a2    taken by one of several replicas that share the folder
 *   a.csv.done-process     processed, but what was to become of it then failed; tried again. Or done-failure.
 *   gantry-r4f09a2.alive   that replica was at work when this file changed last
 *   a.csv.part-0b1c2d      being written by Gantry; renamed when it is whole
 *   a.csv.lock a.csv.fail  MI and its clients: being written; failed
 *
 * One rename wins a race for a file, and its new name says who has it. Who takes over an abandoned claim renames it to
 * a name of its own: should the former holder wake up, it finds nothing under its name that it could delete or move.
 */
export type Mark =
  | { readonly is: 'claim'; readonly of: string; readonly by: string }
  | { readonly is: 'done'; readonly of: string; readonly as: FileOutcome }
  | { readonly is: 'lock' | 'fail'; readonly of: string }
  | { readonly is: 'alive'; readonly by: string }
  | { readonly is: 'part' };

export type FileOutcome = 'process' | 'failure';

const grammar = /^(?:(.+)\.(?:claim-(\w+)|done-(process|failure)|(lock|fail)|part-\w+)|gantry-(\w+)\.alive)$/;

/** Undefined for an ordinary name. */
export function markOf(name: string): Mark | undefined {
  const found = grammar.exec(name);
  if (!found) return undefined;
  const [, of, claimedBy, doneAs, foreign, aliveBy] = found;
  if (aliveBy !== undefined) return { is: 'alive', by: aliveBy };
  if (claimedBy !== undefined) return { is: 'claim', of: of!, by: claimedBy };
  if (doneAs !== undefined) return { is: 'done', of: of!, as: doneAs as FileOutcome };
  return foreign === undefined ? { is: 'part' } : { is: foreign as 'lock' | 'fail', of: of! };
}

/** Whether it says something of that file, or of a replica. */
export function isMarkOf(name: string, file: string): boolean {
  const mark = markOf(name);
  return mark !== undefined && (mark.is === 'alive' || ('of' in mark && mark.of === file));
}

export const claimName = (path: string, by: string): string => `${path}.claim-${by}`;
export const doneName = (path: string, as: FileOutcome): string => `${path}.done-${as}`;
export const aliveName = (by: string): string => `gantry-${by}.alive`;
export const partName = (path: string): string => `${path}.part-${crypto.randomUUID().slice(0, 8)}`;

/**
 * True when whoever claimed cannot be at work any more. Terms are numbered: a lower one has ended, and an equal one is
 * ours. Anything else is told by what it does: `quiet` says for how many milliseconds nothing was seen of it.
 */
export function isAbandoned(by: string, mine: string, quiet: (by: string) => number, releaseMs: number): boolean {
  if (by === mine) return true;
  if (/^\d+$/.test(by) && /^\d+$/.test(mine)) return Number(by) < Number(mine);
  return quiet(by) >= releaseMs;
}
