import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileInboundSpec } from './spec.ts';

export interface FoundFile {
  readonly path: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** `.name.claim-<token>`: a file some holder has taken. See claim.ts. */
export const claimPattern: RegExp = /^\.(.+)\.claim-(\d+)$/;

/** Lists the folder; a folder that is not there is an empty one (it may be mounted later). */
export async function listFiles(spec: Pick<FileInboundSpec, 'path' | 'deep'>): Promise<readonly FoundFile[]> {
  const info = await stat(spec.path).catch(() => undefined);
  if (!info) return [];
  if (info.isFile()) return [{ path: spec.path, name: basename(spec.path), size: info.size, modifiedAt: info.mtimeMs }];
  const entries = await readdir(spec.path, { withFileTypes: true, recursive: spec.deep });
  const found: FoundFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // It may be gone by now: someone else's file, not our error.
    const file = await stat(path).catch(() => undefined);
    if (file) found.push({ path, name: entry.name, size: file.size, modifiedAt: file.mtimeMs });
  }
  return found;
}

/** Which of the files are taken at this scan, in which order. Pure. */
export function chooseFiles(spec: FileInboundSpec, files: readonly FoundFile[], now: number): readonly FoundFile[] {
  const names = new Set(files.map((file) => file.path));
  const eligible = files.filter((file) => {
    if (claimPattern.test(file.name) || /\.(lock|fail)$/.test(file.name)) return false;
    // A sibling .lock is how MI and its clients say "being written", .fail "already failed".
    if (names.has(`${file.path}.lock`) || names.has(`${file.path}.fail`)) return false;
    if (spec.pattern && !spec.pattern.test(file.name)) return false;
    if (spec.largest !== undefined && file.size > spec.largest) return false;
    const age = now - file.modifiedAt;
    return age >= spec.minimumAgeMs && (spec.maximumAgeMs === undefined || age <= spec.maximumAgeMs);
  });
  const sorted = spec.sort === 'none' ? eligible : [...eligible].sort(order(spec));
  return spec.perScan === undefined ? sorted : sorted.slice(0, spec.perScan);
}

function order(spec: FileInboundSpec): (a: FoundFile, b: FoundFile) => number {
  const sign = spec.ascending ? 1 : -1;
  if (spec.sort === 'size') return (a, b) => sign * (a.size - b.size);
  if (spec.sort === 'lastmodifiedtimestamp') return (a, b) => sign * (a.modifiedAt - b.modifiedAt);
  return (a, b) => sign * (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Files that an earlier holder had taken when it ended: theirs by name, to be taken over. */
export function abandoned(files: readonly FoundFile[], token: number): readonly FoundFile[] {
  return files.filter((file) => Number(claimPattern.exec(file.name)?.[2] ?? Infinity) < token);
}

export function originalPath(claimed: string): string {
  const name = claimPattern.exec(basename(claimed))?.[1];
  return name === undefined ? claimed : join(dirname(claimed), name);
}
