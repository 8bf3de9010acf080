import { Buffer, isUtf8 } from 'node:buffer';

/**
 * Text from bytes and back, by the names that Content-Type and XML declarations use.
 * ISO-8859-1 is done by hand: the WHATWG decoder would read it as windows-1252.
 */
export function decodeText(bytes: Uint8Array, charset = 'utf-8'): string {
  const name = charset.toLowerCase();
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (name === 'utf-8' || name === 'utf8') {
    if (!isUtf8(bytes)) throw new CharsetError(`the bytes are not valid UTF-8`);
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
      ? view.toString('utf8', 3)
      : view.toString('utf8');
  }
  if (name === 'iso-8859-1' || name === 'latin1') return view.toString('latin1');
  if (name === 'us-ascii' || name === 'ascii') return decodeText(bytes);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(name === 'utf-16' ? utf16Order(bytes) : name, { fatal: true });
  } catch {
    throw new CharsetError(`the encoding "${charset}" is not known`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new CharsetError(`the bytes are not valid ${charset}`);
  }
}

/** The bytes of a text. Characters ISO-8859-1 and ASCII do not have become "?", as in Java. UTF-16 is written with a mark. */
export function encodeText(text: string, charset = 'utf-8'): Uint8Array {
  switch (charset.toLowerCase()) {
    case 'iso-8859-1':
    case 'latin1':
      return Buffer.from(text.replace(/[\u{100}-\u{10ffff}]/gu, '?'), 'latin1');
    case 'us-ascii':
    case 'ascii':
      return Buffer.from(text.replace(/[\u{80}-\u{10ffff}]/gu, '?'), 'latin1');
    case 'utf-16':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
    default:
      return Buffer.from(text, 'utf8');
  }
}

/** Whether `encodeText` writes that charset as its name says, rather than falling back to UTF-8. */
export function canEncode(charset: string): boolean {
  return /^(?:utf-?8|iso-8859-1|latin1|us-ascii|ascii|utf-16|utf-16le|utf-16be)$/i.test(charset);
}

export class CharsetError extends Error {
  override readonly name = 'CharsetError';
}

function utf16Order(bytes: Uint8Array): string {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-16be';
}
