import { CharsetError, decodeText } from '../charset.ts';
import { XmlSyntaxError } from './syntax.ts';

/**
 * The characters of an XML document, lines ended by \n and without a byte order mark.
 * The encoding is the first known of: byte order mark, `given` (a charset parameter), declaration, UTF-8.
 * Source: XML 1.0 sections 2.11, 4.3.3, appendix F.
 */
export function xmlCharacters(
  source: string | Uint8Array,
  given: string | undefined,
  file: string | undefined,
): string {
  let text: string;
  if (typeof source === 'string') {
    text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  } else {
    try {
      text = decodeText(source, encodingOf(source, given));
    } catch (error) {
      if (!(error instanceof CharsetError)) throw error;
      throw new XmlSyntaxError(error.message, {
        line: 1,
        column: 1,
        file,
        hint: 'Name the real encoding in the XML declaration, e.g. <?xml version="1.0" encoding="ISO-8859-1"?>.',
      });
    }
  }
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** XML 1.0 section 2.8; any 1.x counts as 1.0. */
export const xmlDeclaration: RegExp =
  /^<\?xml\s+version\s*=\s*(["'])1\.[0-9]+\1(\s+encoding\s*=\s*(["'])[A-Za-z][\w.-]*\3)?(\s+standalone\s*=\s*(["'])(?:yes|no)\5)?\s*\?>/;

function encodingOf(bytes: Uint8Array, given: string | undefined): string {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (given !== undefined) return given;
  if (a === 0x3c && b === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c) return 'utf-16be';
  // "<?xml" in ASCII; a declaration that claims UTF-16 cannot be right by now.
  if (a !== 0x3c || b !== 0x3f || c !== 0x78) return 'utf-8';
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)/.exec(
    decodeText(bytes.subarray(0, 200), 'latin1'),
  );
  const name = declared?.[1] ?? 'utf-8';
  return /^utf-16/i.test(name) ? 'utf-8' : name;
}
