import { Buffer } from 'node:buffer';
import { Fault } from '../../errors.ts';
import { decodeText } from '../charset.ts';
import { XmlElement } from '../xml/tree.ts';
import { parseContentType } from './content-type.ts';
import { elementName, jsonKey } from './json-names.ts';

/**
 * multipart ::= preamble? ('--' boundary CRLF headers CRLF CRLF content CRLF)* '--' boundary '--' epilogue?
 * Source: RFC 7578, RFC 2046 section 5.1.1.
 *
 * In memory: <mediate> with one child per part, named as its field. A part with a file name holds base64 and the
 * attributes `filename` and `content-type`; any other holds its text. Source: MI MultipartFormDataBuilder.
 */
export function multipartToXml(bytes: Uint8Array, boundary: string | undefined): XmlElement {
  const root = new XmlElement('mediate');
  for (const { headers, content } of partsOf(bytes, boundary)) root.append(part(headers, content));
  return root;
}

/** One part as it stands: header lines and bytes. */
export interface Part {
  readonly headers: string;
  readonly content: Buffer;
}

/** The parts of a multipart body of any kind. Faults BODY_NOT_READABLE. */
export function partsOf(bytes: Uint8Array, boundary: string | undefined): Part[] {
  if (!boundary)
    throw new Fault('BODY_NOT_READABLE', { text: 'The Content-Type of the multipart body names no boundary.' });
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Part[] = [];
  const line = Buffer.from(`\r\n--${boundary}`);
  let at = source.indexOf(`--${boundary}`);
  if (at === -1) throw new Fault('BODY_NOT_READABLE', { text: 'The multipart body does not contain its boundary.' });
  at += boundary.length + 2;
  while (source.toString('latin1', at, at + 2) !== '--') {
    const begin = source.indexOf('\r\n', at) + 2;
    const end = source.indexOf(line, begin - 2);
    if (begin < 2 || end === -1) throw new Fault('BODY_NOT_READABLE', { text: 'The multipart body is cut off.' });
    // A part without headers begins with the empty line at once.
    const blank =
      source.toString('latin1', begin, begin + 2) === '\r\n' ? begin - 2 : source.indexOf('\r\n\r\n', begin);
    if (blank !== -1 && blank < end) {
      parts.push({
        headers: source.toString('utf8', begin, Math.max(begin, blank)),
        content: source.subarray(blank + 4, Math.max(blank + 4, end)),
      });
    }
    at = end + line.length;
  }
  return parts;
}

export function partHeader({ headers }: Part, name: string): string | undefined {
  return header(headers, name);
}

function part(headers: string, content: Buffer): XmlElement {
  const disposition = parseContentType(header(headers, 'content-disposition')).parameters;
  const contentType = header(headers, 'content-type');
  const element = new XmlElement(elementName(disposition.get('name') ?? 'part'));
  const filename = disposition.get('filename');
  if (filename === undefined) {
    element.text = decodeText(content, parseContentType(contentType).parameters.get('charset') ?? 'utf-8');
    return element;
  }
  element.setAttribute('filename', filename);
  if (contentType !== undefined) element.setAttribute('content-type', contentType);
  element.text = content.toString('base64');
  return element;
}

function header(headers: string, name: string): string | undefined {
  for (const line of headers.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon !== -1 && line.slice(0, colon).trim().toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/** Each child of the element as a part; one with a `filename` is decoded from base64. */
export function xmlToMultipart(root: XmlElement, boundary: string): Uint8Array {
  const chunks: Buffer[] = [];
  for (const field of root.elements()) {
    const filename = field.attribute('filename');
    const type = field.attribute('content-type');
    const name = `name="${quoted(jsonKey(field.local))}"`;
    const file = filename === undefined ? '' : `; filename="${quoted(filename)}"`;
    const contentType = type ?? (filename === undefined ? 'text/plain; charset=UTF-8' : 'application/octet-stream');
    chunks.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; ${name}${file}\r\nContent-Type: ${contentType.replace(/[\r\n]/g, ' ')}\r\n\r\n`,
      ),
      filename === undefined ? Buffer.from(field.text) : Buffer.from(field.text, 'base64'),
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(chunks);
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]/g, ' ');
}
