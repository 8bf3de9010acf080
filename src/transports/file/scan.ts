import { dirname, join } from 'node:path/posix';
import type { FoundFile } from './systems/file-system.ts';
import { markOf, type FileOutcome } from './marks.ts';

/** Which files are taken, and in which order. */
export interface Choice {
  readonly pattern: RegExp | undefined;
  readonly sort: 'NONE' | 'Name' | 'Size' | 'Lastmodifiedtimestamp';
  readonly ascending: boolean;
  /** Files taken at one scan. */
  readonly perScan: number;
  /** Bytes; larger files stay where they are. */
  readonly largest: number;
  /** Milliseconds since the last change. */
  readonly minimumAgeMs: number;
  readonly maximumAgeMs: number;
}

/** A folder as it was found, told apart by names. */
export interface Scanned {
  readonly waiting: readonly FoundFile[];
  readonly claims: readonly (FoundFile & { readonly original: string; readonly by: string })[];
  readonly done: readonly (FoundFile & { readonly original: string; readonly as: FileOutcome })[];
  readonly locks: readonly (FoundFile & { readonly original: string })[];
  /** Signs of life of replicas. */
  readonly alive: ReadonlyMap<string, FoundFile>;
}

export function tellApart(files: readonly FoundFile[]): Scanned {
  const waiting: FoundFile[] = [];
  const claims: Scanned['claims'][number][] = [];
  const done: Scanned['done'][number][] = [];
  const locks: Scanned['locks'][number][] = [];
  const alive = new Map<string, FoundFile>();
  const held = new Set<string>();
  for (const file of files) {
    const mark = markOf(file.name);
    if (mark === undefined) {
      waiting.push(file);
      continue;
    }
    if (mark.is === 'part') continue;
    if (mark.is === 'alive') {
      alive.set(mark.by, file);
      continue;
    }
    const original = join(dirname(file.path), mark.of);
    if (mark.is === 'claim') claims.push({ ...file, original, by: mark.by });
    else if (mark.is === 'done') done.push({ ...file, original, as: mark.as });
    else {
      held.add(original);
      if (mark.is === 'lock') locks.push({ ...file, original });
    }
  }
  return { waiting: waiting.filter((file) => !held.has(file.path)), claims, done, locks, alive };
}

/** Pure. */
export function chooseFiles(choice: Choice, files: readonly FoundFile[], now: number): readonly FoundFile[] {
  const eligible = files.filter((file) => {
    if (choice.pattern && !choice.pattern.test(file.name)) return false;
    if (file.size > choice.largest) return false;
    const age = now - file.modifiedAt;
    return age >= choice.minimumAgeMs && age <= choice.maximumAgeMs;
  });
  const sorted = choice.sort === 'NONE' ? eligible : eligible.sort(order(choice));
  return sorted.slice(0, choice.perScan);
}

function order({ sort, ascending }: Choice): (a: FoundFile, b: FoundFile) => number {
  const sign = ascending ? 1 : -1;
  if (sort === 'Size') return (a, b) => sign * (a.size - b.size);
  if (sort === 'Lastmodifiedtimestamp') return (a, b) => sign * (a.modifiedAt - b.modifiedAt);
  return (a, b) => sign * (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
