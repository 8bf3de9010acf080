/** What a Content-Type header says. Source: RFC 9110 section 8.3. */
export interface ContentType {
  /** Lower case, without parameters: "application/json". */
  readonly media: string;
  /** Names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * How a body of some media type is read and written:
 * - soap: text/xml or application/soap+xml: an envelope; plain XML when the root is none
 * - pox: other XML, wrapped in an envelope in memory only
 * - json
 * - form: <xformValues> with a child per field
 * - multipart: <mediate> with a child per part
 * - related: an envelope with its binaries in parts beside it (MTOM)
 * - text
 * - binary: whatever is none of these, as base64
 */
export type Format = 'soap' | 'pox' | 'json' | 'form' | 'multipart' | 'related' | 'text' | 'binary';

const none: ContentType = { media: '', parameters: new Map() };

// A process sees few different headers; a sender that makes them up must not fill the memory.
const known = new Map<string, ContentType>();
const KNOWN_LIMIT = 200;

export function parseContentType(header: string | undefined): ContentType {
  if (header === undefined) return none;
  const found = known.get(header);
  if (found) return found;
  const parsed = parse(header);
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(header, parsed);
  return parsed;
}

function parse(header: string): ContentType {
  const semicolon = header.indexOf(';');
  const media = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (semicolon !== -1) {
    const pattern = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;
    for (const [, name, quoted, bare] of header.slice(semicolon).matchAll(pattern)) {
      parameters.set(name!.toLowerCase(), quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1'));
    }
  }
  return { media, parameters };
}

/** The format of a media type (lower case, no parameters). Source: MI's message builders by content type. */
export function formatOf(media: string): Format {
  switch (media) {
    case 'application/json':
    case 'text/json':
      return 'json';
    case 'text/xml':
    case 'application/soap+xml':
      return 'soap';
    case 'application/xml':
      return 'pox';
    case 'application/x-www-form-urlencoded':
      return 'form';
    case 'multipart/form-data':
      return 'multipart';
    case 'multipart/related':
      return 'related';
    default:
      if (media.endsWith('+json')) return 'json';
      if (media.endsWith('+xml')) return 'pox';
      return media.startsWith('text/') ? 'text' : 'binary';
  }
}
