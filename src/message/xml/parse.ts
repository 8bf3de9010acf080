import { Scanner } from './scanner.ts';
import { xmlCharacters } from './source.ts';
import { XmlSyntaxError } from './syntax.ts';
import type { XmlElement, XmlNode } from './tree.ts';

export { XmlSyntaxError } from './syntax.ts';

export interface ParseOptions {
  /** Named in errors. */
  readonly file?: string | undefined;
  /** Elements inside elements; 500 by default. */
  readonly maxDepth?: number | undefined;
  /** Bytes, or characters of a string; 256 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** Sets line and column of elements and attributes; true by default. Bodies go without. */
  readonly positions?: boolean | undefined;
  /** The charset parameter of a Content-Type; weighs more than the declaration, less than a byte order mark. */
  readonly charset?: string | undefined;
}

export interface XmlDocument {
  readonly root: XmlElement;
  /** Comments and instructions before and after the root. */
  readonly before: readonly XmlNode[];
  readonly after: readonly XmlNode[];
}

/** The root element. CDATA becomes text; DOCTYPE is refused. Throws XmlSyntaxError. */
export function parseXml(source: string | Uint8Array, options: ParseOptions = {}): XmlElement {
  return parseXmlDocument(source, options).root;
}

/** As parseXml, with what stands outside the root. */
export function parseXmlDocument(source: string | Uint8Array, options: ParseOptions = {}): XmlDocument {
  const limit = options.maxBytes ?? 256 * 1024 * 1024;
  if (source.length > limit) {
    const text = `the document is larger than ${limit} bytes`;
    throw new XmlSyntaxError(text, { line: 1, column: 1, file: options.file, hint: 'Split it, or raise the limit.' });
  }
  return new Scanner(xmlCharacters(source, options.charset, options.file), options).document();
}
