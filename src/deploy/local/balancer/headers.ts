import type { IncomingMessage } from 'node:http';

/**
 * Header fields across a proxy, as flat lists [name, value, name, value, ...]: names keep their case and repeated
 * fields their order. RFC 9110 7.6.1: what belongs to one connection does not travel, nor what Connection names.
 */
const perConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Node's server has answered "100 Continue" by the time a body arrives; undici refuses the field.
  'expect',
]);

const forwarding: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);

/** The fields of a request as the replica gets them: the client's own, and who it is behind the balancer. */
export function requestHeaders(request: IncomingMessage): string[] {
  const raw = request.rawHeaders;
  const named = namedByConnection(request.headers.connection);
  const out: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const lower = name.toLowerCase();
    if (perConnection.has(lower) || forwarding.has(lower) || named?.has(lower)) continue;
    out.push(name, raw[i + 1] as string);
  }
  const before = request.headers['x-forwarded-for'];
  const client = request.socket.remoteAddress ?? 'unknown';
  out.push('X-Forwarded-For', before === undefined ? client : `${String(before)}, ${client}`);
  out.push('X-Forwarded-Proto', String(request.headers['x-forwarded-proto'] ?? 'http'));
  const host = request.headers['x-forwarded-host'] ?? request.headers.host;
  if (host !== undefined) out.push('X-Forwarded-Host', String(host));
  return out;
}

/** The fields of an answer as the client gets them. */
export function responseHeaders(raw: readonly (Buffer | string)[]): string[] {
  const out: string[] = [];
  let named: ReadonlySet<string> | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = text(raw[i]);
    if (name.length === 10 && name.toLowerCase() === 'connection') named = namedByConnection(text(raw[i + 1]));
  }
  for (let i = 0; i < raw.length; i += 2) {
    const name = text(raw[i]);
    const lower = name.toLowerCase();
    if (perConnection.has(lower) || named?.has(lower)) continue;
    out.push(name, text(raw[i + 1]));
  }
  return out;
}

function namedByConnection(value: string | undefined): ReadonlySet<string> | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return new Set(value.split(',').map((name) => name.trim().toLowerCase()));
}

/** Header bytes are latin1 on the wire, and node:http writes them as latin1 again. */
function text(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}
