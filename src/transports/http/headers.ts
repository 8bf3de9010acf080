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

/** True when the text may stand in a header: no line breaks that would begin another one. */
export function isHeaderValue(value: string): boolean {
  return !/[\0\r\n]/.test(value);
}

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isHeaderName(name: string): boolean {
  return headerName.test(name);
}

/** axis2 properties hold true as a boolean or as a word. */
export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true');
}
