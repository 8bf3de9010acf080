/** Where the API server is and how a process shows who it is. */
export interface Access {
  /** No slash at its end. */
  readonly server: string;
  /** The HTTP proxy that leads to it, user and password included; undefined: nothing stands between. */
  readonly proxy?: string;
  readonly namespace: string;
  readonly tls: TlsFiles;
  readonly token: Token;
}

/** Options of node:tls. Read for each new connection: what may be replaced meanwhile is a getter. */
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
  refused(): boolean | Promise<boolean>;
  /** Where a token must be fetched: before each request, so that there is one, and one that has not expired. */
  prepare?(signal: AbortSignal): Promise<void>;
}

export const noToken: Token = { current: () => undefined, refused: () => false };

export function fixedToken(token: string): Token {
  return { current: () => token, refused: () => false };
}

export function tokenFromFile(read: () => string, now?: () => number): Token {
  const file = new ReplacedFile(() => read().trim(), now);
  return { current: () => file.current, refused: () => file.reread() };
}

/** The kubelet replaces a service account's token well before it expires, hourly by default. */
const rereadMs = 60_000;

/** The content of a file that is replaced from time to time: read again each minute when someone asks. */
export class ReplacedFile {
  readonly #read: () => string;
  readonly #now: () => number;
  #content: string;
  #readAt: number;

  /** `read` may throw later on: what was read before then stays. */
  constructor(read: () => string, now: () => number = () => performance.now()) {
    this.#read = read;
    this.#now = now;
    this.#content = read();
    this.#readAt = now();
  }

  get current(): string {
    if (this.#now() - this.#readAt >= rereadMs) this.reread();
    return this.#content;
  }

  /** Whether it is another one now. */
  reread(): boolean {
    const before = this.#content;
    this.#readAt = this.#now();
    try {
      this.#content = this.#read();
    } catch {
      // Files of a projected volume are swapped; the next look finds it.
    }
    return this.#content !== before;
  }
}
