import { preference } from '../../preference.ts';
import type { FoundFile } from './file-system.ts';

/** So long a file that is another replica's to take is left to it, ms; then whoever has nothing to do takes it. */
const othersTurnMs = 2_000;
/** Files of others that are taken, at least, before one's own are looked for again. */
const atATime = 50;

/** A replica among those that share a folder. */
export interface Share {
  readonly mine: string;
  /** All that show a sign of life, in any order. */
  readonly members: readonly string[];
}

/**
 * Which of the files that wait this replica takes now: its own, and once there are none, those that their replica has
 * left for a while. Every replica that sees the same signs of life says the same of a file without asking anyone; where
 * they see different ones, the rename that claims a file decides. Pure.
 * `waitedMs`: for how long a file has been seen here.
 */
export function filesToTake(
  share: Share,
  files: readonly FoundFile[],
  waitedMs: (file: FoundFile) => number,
): readonly FoundFile[] {
  const mine: FoundFile[] = [];
  const left: FoundFile[] = [];
  for (const file of files) {
    // Asked for each, so that the wait is counted from the first look.
    const waited = waitedMs(file);
    if (ownerOf(share, file.path) === share.mine) mine.push(file);
    else if (waited >= othersTurnMs) left.push(file);
  }
  return mine.length > 0 ? mine : left.slice(0, Math.max(atATime, left.length / share.members.length));
}

function ownerOf({ mine, members }: Share, path: string): string {
  let owner = mine;
  let most = preference(path, mine);
  for (const member of members) {
    const own = preference(path, member);
    if (own > most || (own === most && member > owner)) [owner, most] = [member, own];
  }
  return owner;
}
