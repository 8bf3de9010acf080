/**
 * A registry, by the OCI distribution specification 1.1 and Docker's token protocol:
 *
 *   GET  /v2/<repository>/manifests/<tag or digest>
 *   GET  /v2/<repository>/blobs/<digest>                      HEAD tells whether it is there
 *   POST /v2/<repository>/blobs/uploads/  -> 202 Location     PUT <Location>?digest=<digest> with the content -> 201
 *   PUT  /v2/<repository>/manifests/<tag>                     when all it names is there
 *
 *   401 WWW-Authenticate: Bearer realm="URL",service="S",scope="repository:<repository>:pull,push"
 *     GET URL?service=S&scope=... (with Basic credentials, if any) -> {"token"}, then again with Authorization: Bearer
 *   401 WWW-Authenticate: Basic   again with Authorization: Basic
 */
import { ImageError } from '../image-error.ts';
import type { Reference } from '../reference.ts';
import { credentialsFor, type Credentials } from './credentials.ts';

/** A layer of 60 MB over a slow line takes its time; a registry that says nothing for that long is away. */
const patienceMs = 300_000;

export interface RegistryRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Answers that are no failure beside 2xx. */
  readonly also?: readonly number[];
}

export class RegistryClient {
  readonly #origin: string;
  readonly #reference: Reference;
  readonly #action: 'pull' | 'pull,push';
  #authorization: string | undefined;

  constructor(reference: Reference, action: 'pull' | 'pull,push') {
    const host = reference.host === 'docker.io' ? 'registry-1.docker.io' : reference.host;
    // As Docker does: only a registry on this very machine may be spoken to in the clear.
    const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
    this.#origin = `${isLocal ? 'http' : 'https'}://${host}`;
    this.#reference = reference;
    this.#action = action;
  }

  /** `path` is below the repository, or a whole URL that the registry gave. */
  async ask(path: string, request: RegistryRequest = {}): Promise<Response> {
    const url = new URL(path, `${this.#origin}/v2/${this.#reference.repository}/`);
    let answer = await this.#send(url, request);
    if (answer.status === 401 && url.origin === this.#origin) {
      this.#authorization = await this.#logIn(answer.headers.get('www-authenticate') ?? '');
      answer = await this.#send(url, request);
    }
    if (answer.ok || request.also?.includes(answer.status)) return answer;
    throw await this.#refused(answer, request);
  }

  async #send(url: URL, { method = 'GET', headers = {}, body }: RegistryRequest): Promise<Response> {
    const authorization = url.origin === this.#origin ? this.#authorization : undefined;
    return reach(url, {
      method,
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
  }

  async #logIn(challenge: string): Promise<string> {
    const { host, repository } = this.#reference;
    const credentials = credentialsFor(host);
    const [, scheme = ''] = /^(\w+)/.exec(challenge) ?? [];
    if (scheme.toLowerCase() === 'basic' && credentials !== undefined) return basic(credentials);
    const fields = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    const { realm, service } = fields as { readonly realm?: string; readonly service?: string };
    if (scheme.toLowerCase() !== 'bearer' || realm === undefined) throw this.#unknownUser(credentials);
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', `repository:${repository}:${this.#action}`);
    const answer = await reach(url, {
      headers: credentials === undefined ? {} : { authorization: basic(credentials) },
    });
    if (!answer.ok) throw this.#unknownUser(credentials);
    const { token, access_token } = (await answer.json()) as {
      readonly token?: string;
      readonly access_token?: string;
    };
    return `Bearer ${token ?? access_token ?? ''}`;
  }

  #unknownUser(credentials: Credentials | undefined): ImageError {
    const { host } = this.#reference;
    const who =
      credentials === undefined ? 'wants to know who you are' : `does not accept ${credentials.user} and the password`;
    return new ImageError(
      'NOT_LOGGED_IN',
      `The registry ${host} ${who}.`,
      `docker login ${host} writes ~/.docker/config.json.`,
    );
  }

  async #refused(answer: Response, { method = 'GET' }: RegistryRequest): Promise<ImageError> {
    const { host, repository } = this.#reference;
    const said = (await answer.text().catch(() => '')).slice(0, 300).replace(/\s+/g, ' ').trim();
    const path = new URL(answer.url).pathname;
    if (answer.status === 401 || answer.status === 403) {
      const doing = this.#action === 'pull' ? 'read' : 'write';
      return new ImageError(
        'NOT_ALLOWED',
        `The registry ${host} does not let you ${doing} ${repository} (${answer.status}).`,
        said || 'Ask for the right.',
      );
    }
    if (answer.status === 404)
      return new ImageError('NO_SUCH_IMAGE', `${host} has no ${repository} of that tag or digest.`, 'Check the name.');
    return new ImageError(
      'REGISTRY_FAILED',
      `${method} ${path} at ${host} was answered ${answer.status}.`,
      said || 'Try again later.',
    );
  }
}

async function reach(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    const why = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    const text = `The registry ${url.host} does not answer: ${why}.`;
    throw new ImageError('NO_REGISTRY', text, 'Check its name and the network.', error);
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
