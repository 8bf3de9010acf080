/** Characters XML 1.0 allows (section 2.2) and the references that stand for them (section 4.1). */

// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Where the first character stands that no XML document may hold; -1 when there is none. Lone surrogates are not looked for. */
export function forbiddenIndex(text: string): number {
  return text.search(forbidden);
}

/** `&lt;`, `&#65;`, `&#x41;` and the like become characters. `refuse` is told of any other "&" and where it stands. */
export function replaceReferences(raw: string, refuse: (shown: string, offset: number) => never): string {
  let out = '';
  let at = 0;
  for (let amp = raw.indexOf('&'); amp !== -1; amp = raw.indexOf('&', at)) {
    const end = raw.indexOf(';', amp);
    const name = end === -1 ? '' : raw.slice(amp + 1, end);
    const character = name.startsWith('#')
      ? numbered(name)
      : Object.hasOwn(entities, name)
        ? entities[name]
        : undefined;
    if (character === undefined) refuse(end === -1 || !/^[\w#.-]{1,20}$/.test(name) ? '"&"' : `&${name};`, amp);
    out += raw.slice(at, amp) + character;
    at = end + 1;
  }
  return out + raw.slice(at);
}

/** "#65" or "#x41"; undefined when it names no character that XML allows. */
function numbered(name: string): string | undefined {
  if (!/^#(?:[0-9]+|x[0-9a-fA-F]+)$/.test(name)) return undefined;
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(code);
  return forbidden.test(character) ? undefined : character;
}
