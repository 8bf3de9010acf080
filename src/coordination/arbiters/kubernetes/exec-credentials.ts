/**
 * Credentials from a plug-in (client.authentication.k8s.io, v1 and v1beta1):
 *
 *   user.exec                 { apiVersion, command, args?, env?: [{ name, value }], installHint?, provideClusterInfo?,
 *                               interactiveMode? }; a command with a slash is relative to the configuration's folder
 *   KUBERNETES_EXEC_INFO      in its environment, JSON: { apiVersion, kind: ExecCredential,
 *                               spec: { interactive, cluster?: { server, certificate-authority-data?, tls-server-name? } } }
 *   its stdout                { apiVersion, kind: ExecCredential,
 *                               status: { token?, clientCertificateData?, clientKeyData?, expirationTimestamp? } }
 *
 * The certificate and key are PEM as they stand. Without expirationTimestamp it is good until it is refused (401).
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TlsFiles, Token } from './access.ts';
import { LoginError } from './api-error.ts';
import type { Environment } from './in-cluster.ts';

export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

export interface ExecContext {
  /** Of the configuration. */
  readonly folder: string;
  readonly env: Environment;
  readonly cluster: object;
  /** Whose plug-in it is, for errors. */
  readonly who: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Credentials {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

/** What is nearly expired would be on its way for longer than it is good. */
const earlyMs = 10_000;

/** A token, or a client certificate, or both; asked for when there is none, it is about to expire, or it was refused. */
export class ExecCredentials implements Token {
  readonly #plugin: ExecPlugin;
  readonly #context: ExecContext;
  #credentials: Credentials | undefined;
  /** Requests that come at the same time ask once. */
  #asking: Promise<Credentials> | undefined;

  constructor(plugin: ExecPlugin, context: ExecContext) {
    this.#plugin = plugin;
    this.#context = context;
  }

  /** Read for each new connection. */
  get tls(): Pick<TlsFiles, 'cert' | 'key'> {
    const credentials = (): Credentials => this.#credentials ?? {};
    return {
      get cert() {
        return credentials().clientCertificateData!;
      },
      get key() {
        return credentials().clientKeyData!;
      },
    };
  }

  current(): string | undefined {
    return this.#credentials?.token;
  }

  async prepare(): Promise<void> {
    if (this.#credentials === undefined || this.#isExpiring(this.#credentials)) await this.#renew();
  }

  async refused(): Promise<boolean> {
    const before = this.#credentials;
    await this.#renew();
    const after = this.#credentials!;
    return before?.token !== after.token || before?.clientCertificateData !== after.clientCertificateData;
  }

  #isExpiring({ expirationTimestamp }: Credentials): boolean {
    const now = (this.#context.now ?? Date.now)();
    return expirationTimestamp !== undefined && Date.parse(expirationTimestamp) - earlyMs <= now;
  }

  async #renew(): Promise<void> {
    this.#asking ??= this.#ask();
    try {
      this.#credentials = await this.#asking;
    } finally {
      this.#asking = undefined;
    }
  }

  async #ask(): Promise<Credentials> {
    const { who } = this.#context;
    const { code, out } = await this.#run();
    const { command, installHint } = this.#plugin;
    const hint = installHint === undefined ? '' : ` ${installHint.trim()}`;
    if (code === 'ENOENT') throw new LoginError(`${who} logs in by "${command}", which is not installed.${hint}`);
    if (code !== 0)
      throw new LoginError(`${who} logs in by "${command}", which ended with ${code}: its stderr says why`);
    try {
      const { status } = JSON.parse(out) as { readonly status?: Credentials };
      if (status?.token ?? status?.clientCertificateData) return status;
    } catch {
      // Said below.
    }
    throw new LoginError(
      `${who} logs in by "${command}", which answered no ExecCredential with a token or certificate`,
    );
  }

  async #run(): Promise<{ readonly code: number | string; readonly out: string }> {
    const { command, args, env, interactiveMode = 'IfAvailable' } = this.#plugin;
    const { folder } = this.#context;
    const interactive = interactiveMode !== 'Never' && process.stdin.isTTY;
    const child = spawn(command.includes('/') ? resolve(folder, command) : command, args ?? [], {
      // What it has to say, and to ask, is for people.
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      env: {
        ...this.#context.env,
        ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
        KUBERNETES_EXEC_INFO: JSON.stringify(this.#info(interactive)),
      },
    });
    const ended = new Promise<number | string>((done) => {
      child.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
      child.once('close', (code, signal) => done(code ?? signal ?? 'nothing'));
    });
    const [code, out] = await Promise.all([ended, text(child.stdout)]);
    return { code, out };
  }

  #info(interactive: boolean): object {
    const { apiVersion = 'client.authentication.k8s.io/v1', provideClusterInfo } = this.#plugin;
    const { cluster } = this.#context;
    return { apiVersion, kind: 'ExecCredential', spec: { interactive, ...(provideClusterInfo && { cluster }) } };
  }
}
