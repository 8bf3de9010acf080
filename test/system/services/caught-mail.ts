/** What the mail server of SMTP_URL has taken: it writes each mail to a file of SMTP_DIR. */
import { readdir, readFile, stat, watch } from 'node:fs/promises';
import { join } from 'node:path';

/** The mail whose subject that is, once the catcher has written it. */
export async function mailWith(folder: string, subject: string): Promise<string> {
  const life = new AbortController();
  const changes = watch(folder, { signal: life.signal });
  try {
    for await (const _ of (async function* () {
      yield undefined;
      yield* changes;
    })()) {
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if ((await stat(path)).size === 0) continue;
        const text = await readFile(path, 'utf8');
        if (text.includes(`Subject: ${subject}`)) return text;
      }
    }
    throw new Error('the folder is not watched any more');
  } finally {
    life.abort();
  }
}
