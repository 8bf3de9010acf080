import { appendFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path/posix';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { javaDate } from './java-date.ts';
import type { FileJob } from './job.ts';
import { doneName, type FileOutcome } from './marks.ts';
import type { Places } from './places.ts';
import { moveAside } from './writing.ts';

export interface Finishing {
  readonly job: FileJob;
  readonly places: Places;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Does with a file what the parameters say. When that fails again and again it goes where MoveAfterFailedMove says, and
 * if that fails too it keeps a name that says it was processed: it is not processed twice. Rejects when even that
 * cannot be done, because the connection is gone.
 */
export async function finishFile(
  { job, places, clock, log }: Finishing,
  path: string,
  original: string,
  as: FileOutcome,
): Promise<void> {
  const now = new Date(clock.wall());
  let why: Error | undefined;
  for (let n = 0; n < job.config.tries; n++) {
    try {
      if (!(await once({ job, places }, path, original, as, now))) log.warn(`${original} was taken over`);
      return;
    } catch (error) {
      why = error as Error;
    }
  }
  if (job.lastResort) {
    const moved = await places.move(path, job.lastResort, undefined, basename(original)).then(
      () => true,
      () => false,
    );
    if (moved) return log.error(`${original}: ${why!.message}; it is in MoveAfterFailedMove now`);
  }
  const done = doneName(original, as);
  if (path !== done) {
    await places.source.replace(path, done);
    log.error(
      `${original} is processed, but cannot be ${words[job.after[as].do]}: ${why!.message}. It is tried again.`,
    );
    await record(job, original, now);
  }
}

const words = { delete: 'deleted', leave: 'put back', move: 'moved' } as const;

/** False when it was gone. */
async function once(
  { job, places }: Pick<Finishing, 'job' | 'places'>,
  path: string,
  original: string,
  as: FileOutcome,
  now: Date,
): Promise<boolean> {
  const after = job.after[as];
  if (after.do === 'delete') return places.source.remove(path);
  if (after.do === 'leave') return putBack(places, path, original);
  const { moveTimestamp, folderTimestamp } = job.config;
  const name = `${moveTimestamp === undefined ? '' : javaDate(moveTimestamp, now)}${basename(original)}`;
  const below = [
    // What lay in a sub-folder goes into one of that name.
    ...(job.source.deep ? [relative(job.source.path, dirname(original))] : []),
    ...(folderTimestamp === undefined ? [] : [javaDate(folderTimestamp, now)]),
  ].filter((part) => part !== '');
  return places.move(path, after.to, below.length > 0 ? below.join('/') : undefined, name);
}

/** Gives a file its name back, for whoever comes next. */
export function putBack({ source }: Places, path: string, original: string): Promise<boolean> {
  return moveAside(source, path, dirname(original), basename(original));
}

async function record({ config }: FileJob, original: string, now: Date): Promise<void> {
  const { recordsFolder, recordsName, recordTimestamp } = config;
  if (recordsFolder === undefined) return;
  const folder = recordsFolder.replace(/^(?:vfs:)?file:\/*/, '/');
  await mkdir(folder, { recursive: true });
  // A line of a Java properties file.
  const key = original.replace(/[\\:=# ]/g, String.raw`\$&`);
  await appendFile(join(folder, recordsName), `${key}=${javaDate(recordTimestamp, now)}\n`);
}
