import { createHash, timingSafeEqual } from 'node:crypto';
import { BadKeystore, pem, type Entry } from './entry.ts';

/**
 * A keystore in Java's own format, big-endian. Source: OpenJDK sun.security.provider.JavaKeyStore, KeyProtector.
 *
 *   u4 0xFEEDFEED   u4 version (1, 2)   u4 count   entry * count   20 bytes check
 *
 *   entry        u4 1   text alias   u8 milliseconds   bytes EncryptedPrivateKeyInfo   u4 count   certificate * count
 *              | u4 2   text alias   u8 milliseconds   certificate
 *   certificate  text type (version 2 only)   bytes DER
 *   text         u2 length   UTF-8
 *   bytes        u4 length   so many
 *   check        SHA-1 (password as UTF-16BE, "Mighty Aphrodite", everything before)
 */
export const jksMagic = 0xfeedfeed;
const whitener = 'Mighty Aphrodite';
const checkLength = 20;

/** Throws BadKeystore. Without a password it is not known whether the file is as it was written, as in Java. */
export function readJks(file: Uint8Array, password: string | undefined): readonly Entry[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (password !== undefined) checkPassword(bytes, password);
  const reader = new Reader(bytes.subarray(0, -checkLength));
  reader.u4();
  const version = reader.u4();
  const certificate = (): string => {
    if (version === 2) reader.text();
    return pem('CERTIFICATE', reader.bytes());
  };
  return Array.from({ length: reader.u4() }, (): Entry => {
    const tag = reader.u4();
    const alias = reader.text();
    reader.skip(8);
    if (tag === 2) return { kind: 'certificate', alias, certificate: certificate() };
    if (tag !== 1) throw new BadKeystore(`the entry "${alias}" is neither a key nor a certificate`);
    const locked = reader.bytes();
    const chain = Array.from({ length: reader.u4() }, certificate);
    return { kind: 'key', alias, chain, unlock: (word) => pem('PRIVATE KEY', unlocked(locked, word)) };
  });
}

function checkPassword(bytes: Buffer, password: string): void {
  const check = createHash('sha1')
    .update(utf16(password))
    .update(whitener)
    .update(bytes.subarray(0, -checkLength))
    .digest();
  if (bytes.length < checkLength || !timingSafeEqual(check, bytes.subarray(-checkLength)))
    throw new BadKeystore('the password is not the one it was made with, or the file is damaged');
}

/**
 *   EncryptedPrivateKeyInfo   SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 1.3.6.1.4.1.42.2.17.1.1, NULL }, OCTET STRING locked }
 *   locked                    20 bytes salt   key XOR stream   20 bytes SHA-1 (password, key)
 *   stream                    block 1: SHA-1 (password, salt)   block n: SHA-1 (password, block n-1)
 */
const keyProtector = Buffer.from('060a2b060104012a02110101', 'hex');

function unlocked(info: Buffer, password: string): Buffer {
  if (info.indexOf(keyProtector) < 0) throw new BadKeystore('its key is locked in a way that only Java opens');
  const word = utf16(password);
  const locked = octetString(info, info.indexOf(keyProtector) + keyProtector.length);
  const key = Buffer.from(locked.subarray(20, -20));
  let block = locked.subarray(0, 20);
  for (let at = 0; at < key.length; at++) {
    if (at % 20 === 0) block = createHash('sha1').update(word).update(block).digest();
    key[at]! ^= block[at % 20]!;
  }
  const check = createHash('sha1').update(word).update(key).digest();
  if (!check.equals(locked.subarray(-20))) throw new BadKeystore('the password of the key is another one');
  return key;
}

/** The first one from there on; lengths of up to four bytes (X.690 section 8.1.3). */
function octetString(der: Buffer, from: number): Buffer {
  const tag = der.indexOf(0x04, from);
  const first = der[tag + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (tag < 0 || lengthBytes > 4) throw new BadKeystore('its key is damaged');
  const start = tag + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : der.readUIntBE(tag + 2, lengthBytes);
  return der.subarray(start, start + length);
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u4(): number {
    return this.#take(4).readUInt32BE();
  }

  text(): string {
    return this.#take(this.#take(2).readUInt16BE()).toString();
  }

  bytes(): Buffer {
    return this.#take(this.u4());
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new BadKeystore('the file is damaged: it ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
