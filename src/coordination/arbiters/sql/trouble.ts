/** What to do about errors that are not of the database, but of the way to it. */
export function networkAdvice(code: string): string {
  if (code === 'ECONNREFUSED') return 'Nothing listens there: is the server up, and the port right?';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The name of the host cannot be resolved.';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code))
    return 'The certificate is not trusted: name its authority by &sslrootcert=FILE, and the host as the certificate does.';
  return '';
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** A standby answers questions with what was true some time ago, and must not be taken for the arbiter. */
export class ReadOnly extends Error {
  constructor() {
    super('the server only reads (a standby, or set so)');
  }
}
