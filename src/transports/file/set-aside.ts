/**
 * Files that could not be claimed or read: no other waits for them, and they are tried again later. When that befalls
 * one file after the other it is the folder, or the disk, and no longer the file.
 */
export class SetAside {
  readonly #againMs: number;
  readonly #files = new Map<string, { readonly until: number; readonly why: string }>();
  #inARow = 0;

  /** `againMs`: when such a file is tried again. */
  constructor(againMs: number) {
    this.#againMs = againMs;
  }

  has(path: string, now: number): boolean {
    return now < (this.#files.get(path)?.until ?? -Infinity);
  }

  /**
   * - new: it is to be said
   * - known: it was said before
   * - all: so many in a row that it is not about this file
   */
  add(path: string, why: string, now: number): 'new' | 'known' | 'all' {
    if (++this.#inARow >= mostInARow) return 'all';
    const known = this.#files.get(path)?.why === why;
    this.#files.set(path, { until: now + this.#againMs, why });
    return known ? 'known' : 'new';
  }

  /** It could be claimed and read. */
  forget(path: string): void {
    this.#inARow = 0;
    this.#files.delete(path);
  }
}

const mostInARow = 10;

/** Of this machine; of SFTP: permission denied; of FTP: not available, and not allowed. Source: errno(3), RFC 959. */
const fileErrors: ReadonlySet<unknown> = new Set<unknown>([
  'EIO',
  'EACCES',
  'EPERM',
  'ESTALE',
  'ENXIO',
  'EISDIR',
  'EBUSY',
  3,
  550,
  553,
]);

/** True for what a file system says of a file; a backend that is gone says other things of the stream it was to read. */
export function isFileError(error: unknown): boolean {
  return fileErrors.has((error as { readonly code?: unknown } | null)?.code);
}
