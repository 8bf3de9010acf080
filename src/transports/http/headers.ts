/** Names, in lower case, that belong to one connection and are never passed on. Source: RFC 9110 section 7.6.1. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const usual: ReadonlySet<string> = new Set(['keep-alive', 'Keep-Alive', 'close', 'Close']);

/** Further names that the Connection header of a message takes off it; undefined when there are none. */
export function namedByConnection(connection: readonly string[]): ReadonlySet<string> | undefined {
  if (connection.length === 0 || (connection.length === 1 && usual.has(connection[0]!))) return undefined;
  const names = connection.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase());
  const others = names.filter((name) => name !== '' && !hopByHop.has(name) && name !== 'close');
  return others.length > 0 ? new Set(others) : undefined;
}

// oxlint-disable-next-line no-control-regex
const forbidden = /[^\t\x20-\x7e\x80-\xff]/;

/** True when the text may stand in a header: no line breaks, which would begin another one. */
export function isHeaderValue(value: string): boolean {
  return !forbidden.test(value);
}

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isHeaderName(name: string): boolean {
  return headerName.test(name);
}

/** axis2 properties hold true as a boolean or as a word. */
export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true');
}
