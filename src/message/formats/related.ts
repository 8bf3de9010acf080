import { Buffer } from 'node:buffer';
import { Fault } from '../../errors.ts';
import { parseXml } from '../xml/parse.ts';
import { serializeXml } from '../xml/serialize.ts';
import { XmlElement } from '../xml/tree.ts';
import { parseContentType } from './content-type.ts';
import { partHeader, partsOf, type Part } from './multipart.ts';

/**
 * MTOM and SOAP with attachments: an envelope in the root part, binaries in the others.
 *
 *     Content-Type: multipart/related; boundary=...; type="application/xop+xml"; start="<root>"; start-info="text/xml"
 *     <xop:Include href="cid:photo"/> in the envelope stands for the base64 of the part with Content-ID <photo>
 *
 * Source: RFC 2387, W3C XML-binary Optimized Packaging.
 */
const XOP = 'http://www.w3.org/2004/08/xop/include';
const ROOT_ID = 'root@gantry';

/** The root part, with the binaries of other parts put where the envelope refers to them. */
export function relatedToXml(bytes: Uint8Array, contentType: string | undefined): XmlElement {
  const { parameters } = parseContentType(contentType);
  const parts = partsOf(bytes, parameters.get('boundary'));
  const byId = new Map(parts.map((part): [string, Part] => [withoutBrackets(partHeader(part, 'content-id')), part]));
  const root = byId.get(withoutBrackets(parameters.get('start'))) ?? parts[0];
  if (!root) throw new Fault('BODY_NOT_READABLE', { text: 'The multipart/related body has no parts.' });
  const charset = parseContentType(partHeader(root, 'content-type')).parameters.get('charset');
  const element = parseXml(root.content, { positions: false, charset });
  inlineParts(element, byId);
  return element;
}

function inlineParts(element: XmlElement, byId: ReadonlyMap<string, Part>): void {
  const include = element.child('Include', XOP);
  if (!include) {
    for (const child of element.elements()) inlineParts(child, byId);
    return;
  }
  const id = decodeURIComponent((include.attribute('href') ?? '').replace(/^cid:/, ''));
  const part = byId.get(id);
  if (!part) throw new Fault('BODY_NOT_READABLE', { text: `The envelope refers to a part ${id}, which did not come.` });
  element.text = part.content.toString('base64');
}

/** One root part with everything inline, which every receiver of MTOM must take. */
export function envelopeToRelated(
  envelope: XmlElement,
  soapType: string,
): { readonly bytes: Uint8Array; readonly contentType: string } {
  const boundary = `gantry${crypto.randomUUID().replaceAll('-', '')}`;
  const head =
    `--${boundary}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="${soapType}"\r\n` +
    `Content-Transfer-Encoding: binary\r\nContent-ID: <${ROOT_ID}>\r\n\r\n`;
  const xml = serializeXml(envelope, { declaration: 'UTF-8' });
  return {
    bytes: Buffer.from(`${head}${xml}\r\n--${boundary}--\r\n`, 'utf8'),
    contentType: `multipart/related; boundary=${boundary}; type="application/xop+xml"; start="<${ROOT_ID}>"; start-info="${soapType}"`,
  };
}

function withoutBrackets(id: string | undefined): string {
  return (id ?? '').trim().replace(/^<|>$/g, '');
}
