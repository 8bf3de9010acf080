import { Fault } from '../../errors.ts';

/** How far a request had come when it failed: the numbers a flow sees depend on it. */
export type Stage = 'connecting' | 'sending' | 'waiting' | 'receiving';

const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'EPROTO',
  'ENOENT',
]);

const closed: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/** The fault for what the HTTP client threw. Source: Synapse SynapseConstants, PassThrough TargetErrorHandler. */
export function faultOf(error: unknown, stage: Stage, url: URL): Fault {
  if (Fault.is(error)) return error;
  const cause = error as Error & { code?: string };
  const code = cause.code ?? '';
  const detail = { endpoint: `${url.origin}${url.pathname}`, reason: cause.message };
  const fault = (name: string, retry: 'again' | 'never' = 'again'): Fault => new Fault(name, { cause, detail, retry });
  // MI's own words: flows put ERROR_MESSAGE into their answers.
  const unreachable = (): Fault => {
    const text = `Error connecting to the back end ${detail.endpoint} (${code || cause.message})`;
    return new Fault('CONNECTION_FAILED', { cause, detail, retry: 'again', text });
  };
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return fault('CONNECT_TIMEOUT');
  if (neverConnected.has(code) || code.startsWith('ERR_TLS') || code.includes('CERT') || stage === 'connecting') {
    return unreachable();
  }
  if (cause.name === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW')
    return fault('PROTOCOL_VIOLATION', 'never');
  if (code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') return fault('CONNECTION_TIMEOUT');
  if (stage === 'sending') return fault('SEND_FAILED');
  if (stage === 'receiving') return fault('RECEIVE_FAILED');
  return closed.has(code) ? fault('CONNECTION_CLOSED') : fault('SEND_FAILED');
}
