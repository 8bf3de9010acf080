/**
 * A record's version: <news>.<write>
 *   write   names the write that made it, by who wrote and a count; so it is never used again, also not after a deletion
 *   news    the write that last changed something others would act on; renewals and claims of runs keep it
 *
 * So whoever looks at the versions alone sees whether there is news.
 */
import { randomBytes } from 'node:crypto';
import type { Version } from '../../arbiter.ts';

/** A function that names writes: 96 random bits for the writer, then a count. */
export function writer(): () => string {
  const who = randomBytes(12).toString('hex');
  let count = 0;
  return () => `${who}-${(++count).toString(36)}`;
}

/** `before`: the version it replaces, when that says nothing new. */
export function versionOf(write: string, before: Version | undefined): Version {
  return `${before === undefined ? write : newsOf(before)}.${write}`;
}

export function newsOf(version: Version): string {
  return version.slice(0, version.indexOf('.'));
}
