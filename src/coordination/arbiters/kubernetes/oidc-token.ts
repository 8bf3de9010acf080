/**
 * A token of an OpenID Connect issuer, as kubectl keeps it:
 *
 *   user.auth-provider   { name: oidc, config: { idp-issuer-url, client-id, client-secret?, id-token?, refresh-token?,
 *                          idp-certificate-authority(-data)? } }
 *
 * The ID token is a JWT; `exp` of its payload says until when. A new one is got by the refresh token, and both are written
 * back into the configuration: many issuers take a refresh token only once.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Token } from './access.ts';
import { LoginError } from './api-error.ts';

export interface OidcConfig {
  readonly 'idp-issuer-url'?: string;
  readonly 'client-id'?: string;
  readonly 'client-secret'?: string;
  readonly 'id-token'?: string;
  readonly 'refresh-token'?: string;
  readonly 'idp-certificate-authority'?: string;
  readonly 'idp-certificate-authority-data'?: string;
}

export interface OidcContext {
  /** The configuration it is from, and the folder its file names are relative to. */
  readonly file: string;
  readonly folder: string;
  /** Name of the user in it. */
  readonly user: string;
  readonly who: string;
  readonly now?: () => number;
}

interface Tokens {
  readonly 'id-token': string;
  readonly 'refresh-token': string;
}

const earlyMs = 10_000;

export class OidcToken implements Token {
  readonly #config: OidcConfig;
  readonly #context: OidcContext;
  #idToken: string | undefined;
  #refreshToken: string | undefined;
  #renewing: Promise<void> | undefined;

  constructor(config: OidcConfig, context: OidcContext) {
    this.#config = config;
    this.#context = context;
    this.#idToken = config['id-token'];
    this.#refreshToken = config['refresh-token'];
  }

  current(): string | undefined {
    return this.#idToken;
  }

  async prepare(): Promise<void> {
    if (this.#idToken === undefined || this.#isExpiring(this.#idToken)) await this.#renew();
  }

  async refused(): Promise<boolean> {
    const before = this.#idToken;
    if (this.#refreshToken !== undefined) await this.#renew();
    return this.#idToken !== before;
  }

  #isExpiring(token: string): boolean {
    try {
      const payload = Buffer.from(token.split('.')[1]!, 'base64url').toString();
      const { exp = Infinity } = JSON.parse(payload) as { readonly exp?: number };
      return exp * 1_000 - earlyMs <= (this.#context.now ?? Date.now)();
    } catch {
      return true;
    }
  }

  async #renew(): Promise<void> {
    this.#renewing ??= this.#ask();
    try {
      await this.#renewing;
    } finally {
      this.#renewing = undefined;
    }
  }

  async #ask(): Promise<void> {
    const { who } = this.#context;
    const issuer = this.#config['idp-issuer-url'];
    const clientId = this.#config['client-id'];
    if (this.#refreshToken === undefined || issuer === undefined || clientId === undefined)
      throw new LoginError(
        `the ID token of ${who} has expired, and there is no refresh-token, idp-issuer-url or client-id: log in again`,
      );
    const tokens = await this.#refresh(new URL(issuer), clientId, this.#refreshToken).catch((cause: unknown) => {
      const said =
        cause instanceof Error ? [cause.message, causeText(cause)].filter(Boolean).join(': ') : String(cause);
      throw new LoginError(
        `the ID token of ${who} has expired, and ${issuer} gives no new one (${said}): log in again`,
        {
          cause,
        },
      );
    });
    this.#idToken = tokens['id-token'];
    this.#refreshToken = tokens['refresh-token'];
    await this.#keep(tokens);
  }

  async #refresh(issuer: URL, clientId: string, refreshToken: string): Promise<Tokens> {
    const oauth = await import('oauth4webapi');
    const ca = this.#authority();
    const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname);
    const options = {
      [oauth.allowInsecureRequests]: isHere,
      signal: AbortSignal.timeout(15_000),
      ...(ca && { [oauth.customFetch]: await fetchTrusting(ca) }),
    };
    const found = await oauth.discoveryRequest(issuer, options);
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: clientId };
    const secret = this.#config['client-secret'];
    const proof = secret === undefined ? oauth.None() : oauth.ClientSecretPost(secret);
    const answer = await oauth.refreshTokenGrantRequest(server, client, proof, refreshToken, options);
    const renewed = await oauth.processRefreshTokenResponse(server, client, answer);
    if (renewed.id_token === undefined) throw new Error('its answer has no id_token');
    return { 'id-token': renewed.id_token, 'refresh-token': renewed.refresh_token ?? refreshToken };
  }

  #authority(): string | undefined {
    const data = this.#config['idp-certificate-authority-data'];
    if (data) return Buffer.from(data, 'base64').toString();
    const file = this.#config['idp-certificate-authority'];
    return file ? readFileSync(resolve(this.#context.folder, file), 'utf8') : undefined;
  }

  /** Comments and order of the file stay. A file that cannot be written is somebody else's, and today's token is good. */
  async #keep(tokens: Tokens): Promise<void> {
    const { file, user } = this.#context;
    const { parseDocument } = await import('yaml');
    try {
      const document = parseDocument(readFileSync(file, 'utf8'));
      const { users = [] } = document.toJS() as { readonly users?: readonly { readonly name: string }[] };
      const at = ['users', users.findIndex(({ name }) => name === user), 'user', 'auth-provider', 'config'];
      for (const [name, token] of Object.entries(tokens)) document.setIn([...at, name], token);
      writeFileSync(file, document.toString({ lineWidth: 0 }), { mode: 0o600 });
    } catch {
      // The next process logs in anew.
    }
  }
}

function causeText({ cause }: Error): string | undefined {
  if (cause instanceof Error) return cause.message;
  const said = cause as { readonly error?: string; readonly error_description?: string } | undefined;
  return said?.error_description ?? said?.error;
}

async function fetchTrusting(ca: string): Promise<(url: string, options: object) => Promise<Response>> {
  const { Agent, fetch: send } = await import('undici');
  const dispatcher = new Agent({ connect: { ca } });
  // Node's own Response and that of the package are the same, by two names.
  return async (url, options) => (await send(url, { ...options, dispatcher })) as unknown as Response;
}
