/** Where the API server is and how a process shows who it is. */
export interface Access {
  /** No slash at its end. */
  readonly server: string;
  readonly namespace: string;
  readonly tls: TlsFiles;
  readonly token: Token;
}

/** Options of node:tls. */
export interface TlsFiles {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** A bearer token that may change while the process runs. */
export interface Token {
  /** Undefined where a client certificate is shown instead. */
  current(): string | undefined;
  /** The current one was refused: looks for a newer one, and says whether there is. */
  refused(): boolean;
}

export const noToken: Token = { current: () => undefined, refused: () => false };

export function fixedToken(token: string): Token {
  return { current: () => token, refused: () => false };
}

/** The kubelet replaces a service account's token well before it expires, hourly by default. */
const rereadMs = 60_000;

/** `read` gives the file's content; it may throw, and the token that was read before then stays. */
export function tokenFromFile(read: () => string, now: () => number = () => performance.now()): Token {
  let token = read().trim();
  let readAt = now();
  const reread = (): boolean => {
    const before = token;
    readAt = now();
    try {
      token = read().trim();
    } catch {
      // Files of a projected volume are swapped; the next look finds it.
    }
    return token !== before;
  };
  return {
    current() {
      if (now() - readAt >= rereadMs) reread();
      return token;
    },
    refused: reread,
  };
}
