import { copyFile, link, mkdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AfterFile } from './spec.ts';

/**
 * A file is taken by renaming it to `.name.claim-<token>` in its folder: one rename wins a race, and the name carries
 * the fencing token. A new holder takes an abandoned claim over by renaming it to its own token; from then on the old
 * holder, should it wake up, finds no file under its name and can neither delete nor move it.
 */
export async function claimFile(path: string, original: string, token: number): Promise<string | undefined> {
  const claimed = join(dirname(original), `.${basename(original)}.claim-${token}`);
  try {
    await rename(path, claimed);
    return claimed;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Does what the parameters say with a claimed file. Rejects with ENOENT when the claim was taken over. */
export async function finishFile(claimed: string, original: string, after: AfterFile, now: Date): Promise<void> {
  if (after.do === 'delete') return unlink(claimed);
  if (after.do === 'leave') return rename(claimed, original);
  if (after.create) await mkdir(after.to, { recursive: true });
  const prefix = after.timestamp === undefined ? '' : javaTimestamp(after.timestamp, now);
  await moveWithoutOverwriting(claimed, join(after.to, `${prefix}${basename(original)}`));
}

/** Puts a claimed file back under its name, for whoever comes next. */
export async function releaseFile(claimed: string, original: string): Promise<void> {
  await rename(claimed, original);
}

/** link fails when the name is taken, where rename would overwrite; across file systems it is a copy. */
async function moveWithoutOverwriting(from: string, to: string): Promise<void> {
  for (let n = 0; ; n++) {
    const target = n === 0 ? to : `${to}.${n}`;
    try {
      await link(from, target);
      return unlink(from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' && n < 1_000) continue;
      if (code !== 'EXDEV' && code !== 'EPERM') throw error;
      await copyFile(from, target);
      return unlink(from);
    }
  }
}

/** The letters of Java's SimpleDateFormat that MoveTimestampFormat is used with. */
function javaTimestamp(pattern: string, now: Date): string {
  const field: Readonly<Record<string, number>> = {
    y: now.getFullYear(),
    M: now.getMonth() + 1,
    d: now.getDate(),
    H: now.getHours(),
    m: now.getMinutes(),
    s: now.getSeconds(),
    S: now.getMilliseconds(),
  };
  return pattern.replace(
    /'([^']*)'|([yMdHmsS])\2*/g,
    (letters, quoted: string | undefined, letter: string | undefined) => {
      if (letter === undefined) return quoted ?? letters;
      const digits = String(field[letter] ?? 0).padStart(letters.length, '0');
      return letter === 'y' && letters.length === 2 ? digits.slice(-2) : digits;
    },
  );
}
