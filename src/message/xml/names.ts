import type { XmlAttribute } from './tree.ts';

/** Names as XML 1.0 (fifth edition) section 2.3 and Namespaces in XML 1.0 allow them. */

const START = 1;
const REST = 2;

/** For each ASCII code: START when it may begin a name, REST when it may only continue one. The colon counts as START. */
const ascii: Uint8Array = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  if (/[A-Za-z_:]/.test(String.fromCharCode(code))) ascii[code] = START;
  else if (/[-.0-9]/.test(String.fromCharCode(code))) ascii[code] = REST;
}

const start =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const wholeName = new RegExp(`[${start}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}${start}]*`, 'uy');

/** Index after the name that begins at `from`; `from` itself when none does. */
export function nameEnd(source: string, from: number): number {
  let at = from;
  let code = source.charCodeAt(at);
  if (code < 128) {
    if (ascii[code] !== START) return from;
    do code = source.charCodeAt(++at);
    while (code < 128 && ascii[code] !== 0);
    if (!(code >= 128)) return at;
  } else if (Number.isNaN(code)) {
    return from;
  }
  wholeName.lastIndex = from;
  return wholeName.test(source) ? wholeName.lastIndex : from;
}

/** A name without a colon: what an element's local part or a prefix may be. */
export function isNcName(text: string): boolean {
  return text !== '' && !text.includes(':') && nameEnd(text, 0) === text.length;
}

/** The first attribute whose name stands before it already. Comparing each with each is faster while they are few. */
export function firstDouble(all: readonly XmlAttribute[]): XmlAttribute | undefined {
  if (all.length > 12) {
    const seen = new Set<string>();
    return all.find((a) => seen.size === seen.add(`${a.local} ${a.uri}`).size);
  }
  for (let i = 1; i < all.length; i++) {
    const a = all[i]!;
    for (let k = 0; k < i; k++) if (all[k]!.local === a.local && all[k]!.uri === a.uri) return a;
  }
  return undefined;
}
