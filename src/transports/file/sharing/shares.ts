import { preference } from '../../../preference.ts';
import type { FoundFile } from '../systems/file-system.ts';

/** A replica that has been at one file for so long, ms, is helped with those behind it. */
const heldUpMs = 2_000;
/** One that gets on with its files is helped with those that have waited for so long, ms. */
const behindMs = 10_000;
/** Files of others that are taken, at least, before one's own are looked for again. */
const atATime = 50;

/** A replica among those that share a folder, and what it sees of the others. */
export interface Share {
  readonly mine: string;
  /** All that show a sign of life, in any order. */
  readonly members: readonly string[];
  /** Milliseconds for which a replica has been at the file that it took last; 0 when it is at none. */
  readonly atOneFileMs: (member: string) => number;
  /** Milliseconds for which a file has been seen to wait. */
  readonly waitedMs: (file: FoundFile) => number;
}

/**
 * Which of the files that wait this replica takes now: its own, and once there are none, those that their replica does
 * not get to. Every replica that sees the same signs of life says the same of a file without asking anyone; where they
 * see different ones, the rename that claims a file decides. Pure.
 */
export function filesToTake(share: Share, files: readonly FoundFile[]): readonly FoundFile[] {
  const mine: FoundFile[] = [];
  const left: FoundFile[] = [];
  for (const file of files) {
    // Asked for each, so that the wait is counted from the first look.
    const waited = share.waitedMs(file);
    const owner = ownerOf(share, file.path);
    if (owner === share.mine) mine.push(file);
    else if (waited >= (share.atOneFileMs(owner) >= heldUpMs ? heldUpMs : behindMs)) left.push(file);
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
