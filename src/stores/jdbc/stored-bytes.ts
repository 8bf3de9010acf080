/**
 * A message as it lies in the column `message`:
 *
 *   bytes  "GANTRY1" LF  head LF  body
 *   head   one line of JSON: { id, storedAt, contentType, headers, properties, axis2, addressing }
 *   body   as it was sent
 *
 * MI writes a Java object there (0xACED...), which only Java reads; it cannot read ours either.
 */
import type { StoredMessage } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';

const magic = Buffer.from('GANTRY1\n');
const lineFeed = 0x0a;

export function toBytes({ body, ...head }: StoredMessage): Buffer {
  return Buffer.concat([magic, Buffer.from(JSON.stringify(head)), Buffer.of(lineFeed), body]);
}

/** `where` names the row, for a message that cannot be read. */
export function fromBytes(bytes: Uint8Array, where: string): StoredMessage {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf(lineFeed, magic.length);
  if (!buffer.subarray(0, magic.length).equals(magic) || end < 0) throw unreadable(buffer, where);
  const head = JSON.parse(buffer.toString('utf8', magic.length, end)) as Omit<StoredMessage, 'body'>;
  // JSON leaves out what is undefined.
  return { ...head, contentType: head.contentType, body: new Uint8Array(buffer.subarray(end + 1)) };
}

function unreadable(buffer: Buffer, where: string): Fault {
  const byJava = buffer[0] === 0xac && buffer[1] === 0xed;
  const text = byJava
    ? `${where} was stored by MI as a Java object, which only Java reads: let MI empty the table first, or take the row out.`
    : `${where} was not stored by Gantry: take the row out.`;
  return new Fault('STORE_UNREADABLE', { text });
}
