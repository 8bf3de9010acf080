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

/** Rendezvous hashing: when a replica comes or goes, only its own files change hands. */
function ownerOf({ mine, members }: Share, path: string): string {
  let owner = mine;
  let most = weight(mine, path);
  for (const member of members) {
    const own = weight(member, path);
    if (own > most || (own === most && member > owner)) [owner, most] = [member, own];
  }
  return owner;
}

/** FNV-1a, then the last step of MurmurHash3, without which names that differ in their last letters stay neighbours. */
function weight(member: string, path: string): number {
  let hash = 0x811c9dc5;
  for (const text of [member, path])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
