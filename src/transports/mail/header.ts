/**
 * The header of a mail as names and values. Source: RFC 5322, section 2.2: "Name: value" lines; one that begins with a
 * space or tab goes on with the line before.
 */
export function* fieldsOf(header: string): Generator<readonly [name: string, value: string]> {
  for (const line of header.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) yield [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }
}
