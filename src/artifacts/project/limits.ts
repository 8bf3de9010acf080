/** What a project may hold before it is refused: well above any real one, well below what would hurt a replica. */
export const limits: {
  readonly xmlBytes: number;
  readonly fileBytes: number;
  readonly projectBytes: number;
  readonly files: number;
  readonly depth: number;
  readonly archives: number;
} = {
  /** Bytes of one XML file. */
  xmlBytes: 16 * 1024 * 1024,
  /** Bytes of any one file, unpacked. */
  fileBytes: 64 * 1024 * 1024,
  /** Bytes of everything, unpacked. */
  projectBytes: 512 * 1024 * 1024,
  /** Files in a folder or entries in an archive. */
  files: 20_000,
  /** Folders inside folders. */
  depth: 40,
  /** Archives inside archives. */
  archives: 3,
};
