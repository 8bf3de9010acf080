import type { FoundFile } from '../systems/file-system.ts';

/**
 * When something was last seen to change, by our own clock: a server's may be wrong. What is not looked at any more is
 * forgotten, so that this stays as small as the folder.
 */
export class Watched {
  #seen = new Map<string, { readonly value: number; readonly since: number }>();
  #next = new Map<string, { readonly value: number; readonly since: number }>();

  /** Milliseconds for which `value` has been the same; 0 at the first look. */
  unchangedFor(key: string, value: number, now: number): number {
    const before = this.#seen.get(key) ?? this.#next.get(key);
    const entry = before?.value === value ? before : { value, since: now };
    this.#next.set(key, entry);
    return now - entry.since;
  }

  /** Forgets what was not asked about since the last call. */
  turn(): void {
    this.#seen = this.#next;
    this.#next = new Map();
  }
}

/** Files that nobody writes to any more: their size stayed the same for that long. */
export function stillFiles(
  files: readonly FoundFile[],
  sizes: Watched,
  { intervalMs, ignoreEmpty }: { readonly intervalMs: number; readonly ignoreEmpty: boolean },
  now: number,
): readonly FoundFile[] {
  if (intervalMs < 0) return files;
  return files.filter((file) => {
    const still = sizes.unchangedFor(file.path, file.size, now) >= intervalMs;
    return still && !(ignoreEmpty && file.size === 0);
  });
}
