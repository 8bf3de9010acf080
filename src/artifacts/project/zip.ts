import { crc32, inflateRawSync } from 'node:zlib';

/**
 * Reads ZIP archives that nobody vouches for.
 *
 *   local header + data | ... | central directory: one record per entry | end record
 *   end record  PK 05 06, ... entries u16 @10, directory size u32 @12, directory offset u32 @16
 *   directory   PK 01 02, flags u16 @8, method u16 @10, crc u32 @16, packed u32 @20, unpacked u32 @24,
 *               name length u16 @28, extra u16 @30, comment u16 @32, attributes u32 @38, offset u32 @42, name @46
 *   local       PK 03 04, name length u16 @26, extra u16 @28
 *
 * Sizes in headers are only claims: inflating stops at the limit whatever they say. Bytes in front of the archive are
 * allowed, as in self-extracting files; ZIP64 and encryption are not. Source: PKWARE APPNOTE 6.3.
 */
export interface ZipEntry {
  readonly name: string;
  /** True when the entry is a symbolic link (made on Unix). */
  readonly symlink: boolean;
  /** The unpacked bytes; throws ZipError when they are broken or more than the limit. */
  read(maxBytes: number): Uint8Array;
}

export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** The entries in the order of the directory; folders are left out. Throws ZipError. */
export function readZip(bytes: Uint8Array, maxEntries: number): readonly ZipEntry[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(data);
  const count = data.readUInt16LE(end + 10);
  const size = data.readUInt32LE(end + 12);
  const offset = data.readUInt32LE(end + 16);
  if (count === 0xffff || offset === 0xffffffff) throw new ZipError('it is a ZIP64 archive, which is not supported');
  if (count > maxEntries) throw new ZipError(`it has ${count} entries; ${maxEntries} are allowed`);
  // Bytes in front move everything: the directory ends where the end record begins.
  const shift = end - size - offset;
  if (shift < 0) throw new ZipError('its directory is cut off');
  const entries: ZipEntry[] = [];
  let at = offset + shift;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || data.readUInt32LE(at) !== 0x02014b50) throw new ZipError('its directory is broken');
    const nameLength = data.readUInt16LE(at + 28);
    const next = at + 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
    if (next > end) throw new ZipError('its directory is broken');
    const name = data.toString('utf8', at + 46, at + 46 + nameLength);
    if (!name.endsWith('/')) entries.push(entry(data, at, name, shift));
    at = next;
  }
  return entries;
}

function findEnd(data: Buffer): number {
  // The end record is followed by a comment of at most 65,535 bytes.
  for (let at = data.length - 22; at >= Math.max(0, data.length - 22 - 0xffff); at--) {
    if (data.readUInt32LE(at) === 0x06054b50 && at + 22 + data.readUInt16LE(at + 20) === data.length) return at;
  }
  throw new ZipError('it is no ZIP archive, or it is cut off');
}

function entry(data: Buffer, at: number, name: string, shift: number): ZipEntry {
  const flags = data.readUInt16LE(at + 8);
  const method = data.readUInt16LE(at + 10);
  const checksum = data.readUInt32LE(at + 16);
  const packed = data.readUInt32LE(at + 20);
  const madeOnUnix = data.readUInt8(at + 5) === 3;
  const mode = data.readUInt32LE(at + 38) >>> 16;
  const local = data.readUInt32LE(at + 42) + shift;
  return {
    name,
    symlink: madeOnUnix && (mode & 0o170000) === 0o120000,
    read(maxBytes) {
      if ((flags & 1) !== 0) throw new ZipError(`"${name}" is encrypted`);
      if (local + 30 > data.length || data.readUInt32LE(local) !== 0x04034b50)
        throw new ZipError(`"${name}" is broken`);
      const begin = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
      if (begin + packed > data.length) throw new ZipError(`"${name}" is cut off`);
      const content = unpack(name, method, data.subarray(begin, begin + packed), maxBytes);
      if (crc32(content) !== checksum) throw new ZipError(`"${name}" is damaged: its checksum is wrong`);
      return content;
    },
  };
}

function unpack(name: string, method: number, packed: Uint8Array, maxBytes: number): Uint8Array {
  if (method !== 0 && method !== 8)
    throw new ZipError(`"${name}" is packed in a way that is not supported (${method})`);
  const tooLarge = `"${name}" unpacks to more than ${maxBytes} bytes`;
  if (method === 0) {
    if (packed.length > maxBytes) throw new ZipError(tooLarge);
    return packed;
  }
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new ZipError(tooLarge);
    throw new ZipError(`"${name}" is damaged`, { cause: error });
  }
}
