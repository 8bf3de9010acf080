import { Buffer } from 'node:buffer';
import { XmlElement } from '../xml/tree.ts';

/** Text and binary as Axis2 wraps them to put them into an envelope. */
const PAYLOAD_URI = 'http://ws.apache.org/commons/ns/payload';

export function wrapText(text: string): XmlElement {
  return wrapped('text', text);
}

export function wrapBinary(bytes: Uint8Array): XmlElement {
  return wrapped('binary', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'));
}

/** The bytes in a {http://ws.apache.org/commons/ns/payload}binary element; undefined when it is another. */
export function unwrapBinary(element: XmlElement): Uint8Array | undefined {
  if (element.local !== 'binary' || element.uri !== PAYLOAD_URI) return undefined;
  return Buffer.from(element.text, 'base64');
}

function wrapped(local: string, text: string): XmlElement {
  const element = new XmlElement(local, PAYLOAD_URI);
  element.declare('', PAYLOAD_URI);
  element.text = text;
  return element;
}
