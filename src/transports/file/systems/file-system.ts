import type { Readable } from 'node:stream';
import type { ByteStream } from '../../../message/body.ts';

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, by the clock of the machine that has it. */
  readonly modifiedAt: number;
}

export interface ListOptions {
  /** Sub-folders too. */
  readonly deep: boolean;
  /** Names that are listed: always, or while there is room. */
  readonly accepts: (name: string) => 'always' | 'room' | 'no';
  /** Room: a million waiting files are not all held in memory for the next thousand. */
  readonly atMost: number;
}

/** A stream that fails tells whoever reads it. Nobody may: without a listener the process would end. */
export function toldWhenRead(): void {}

export function isWanted({ accepts, atMost }: ListOptions, name: string, listed: number): boolean {
  const wanted = accepts(name);
  return wanted === 'always' || (wanted === 'room' && listed < atMost);
}

/**
 * - renamed
 * - gone: there is no such file any more: someone else was faster
 * - taken: there is a file of the new name, which stays
 */
export type Renamed = 'renamed' | 'gone' | 'taken';

/**
 * Folders of this machine or of a server. Paths are absolute, with slashes. What fails rejects; that a file or folder
 * is not there is an answer. A connection that broke is not made again: whoever holds it asks for another.
 */
export interface FileSystem {
  /** The files of a folder, or the one file that the path names; undefined when there is no such thing. */
  list(path: string, options: ListOptions): Promise<readonly FoundFile[] | undefined>;
  /** Undefined for what is not there, and for folders. */
  stat(path: string): Promise<FoundFile | undefined>;
  isFolder(path: string): Promise<boolean>;
  /** The whole content; undefined when it is not there. */
  readWhole(path: string): Promise<Uint8Array | undefined>;
  /** The content as it is read, with back-pressure. Destroying the stream ends the transfer. */
  read(path: string): Promise<Readable>;
  /** Overwrites, or adds to what is there. */
  write(path: string, content: Uint8Array | ByteStream, options?: { readonly append?: boolean }): Promise<void>;
  /** Leaves a file of the new name alone. */
  rename(from: string, to: string): Promise<Renamed>;
  /** Takes the place of a file of the new name; of two that rename the same file one is told `gone`. */
  replace(from: string, to: string): Promise<Exclude<Renamed, 'taken'>>;
  /** False when it was gone already. */
  remove(path: string): Promise<boolean>;
  /** With those above it; one that is there is fine. */
  makeFolder(path: string): Promise<void>;
  close(): Promise<void>;
}
