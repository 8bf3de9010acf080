import { open } from 'node:fs/promises';

/** Where a file of an archive lies in it. */
export interface Member {
  readonly offset: number;
  readonly size: number;
}

/**
 * The plain files of an archive by name; tar.ts has the format. An OCI archive's names are short, so pax and GNU headers
 * are passed over with what they hold.
 */
export async function membersOf(path: string): Promise<ReadonlyMap<string, Member>> {
  await using file = await open(path);
  const members = new Map<string, Member>();
  const header = Buffer.alloc(512);
  let offset = 0;
  for (;;) {
    const { bytesRead } = await file.read(header, 0, 512, offset);
    if (bytesRead < 512 || header[0] === 0) return members;
    if (header.toString('latin1', 257, 262) !== 'ustar') throw new Error(`${path} is no tar archive`);
    const text = (at: number, width: number): string => header.toString('latin1', at, at + width).split('\0', 1)[0]!;
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    const name = [text(345, 155), text(0, 100)].filter(Boolean).join('/').replace(/^\.\//, '');
    offset += 512;
    if (header[156] === 0x30 || header[156] === 0) members.set(name, { offset, size });
    offset += Math.ceil(size / 512) * 512;
  }
}

export async function readMember(path: string, { offset, size }: Member): Promise<Buffer> {
  await using file = await open(path);
  const bytes = Buffer.alloc(size);
  await file.read(bytes, 0, size, offset);
  return bytes;
}
