/** The API server as the cluster tests need it: any object by its path, server-side apply, and waiting for what is to be seen. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { kubeconfigAccess } from '../../../src/coordination/arbiters/kubernetes/kubeconfig.ts';
import type { Access } from '../../../src/coordination/arbiters/kubernetes/access.ts';

/** Why the cluster tier is skipped; false: it runs. */
export const noCluster: string | false =
  process.env['KUBECONFIG'] === undefined && 'no cluster here: name its kubeconfig in KUBECONFIG';

export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly uid?: string;
  };
  readonly [field: string]: any;
}

export interface Answer {
  readonly status: number;
  readonly body: any;
  /** What the API server wants to be known beside its answer, such as a Pod Security warning. */
  readonly warnings: readonly string[];
}

/** A watched thing must come within this, or the test fails with what was seen last. */
const usualLimitMs = 60_000;

export class Api {
  readonly #access: Access;

  static async open(): Promise<Api> {
    return new Api(await kubeconfigAccess(process.env));
  }

  private constructor(access: Access) {
    this.#access = access;
  }

  /** Address of the API server's machine. */
  get host(): string {
    return new URL(this.#access.server).hostname;
  }

  ask(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
    const { server, tls, token } = this.#access;
    const bearer = token.current();
    return new Promise((resolve, reject) => {
      const sent = request(
        server + path,
        {
          method,
          ...tls,
          agent: false,
          timeout: 20_000,
          headers: {
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': type }),
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          answer.once('error', reject).once('end', () => {
            const isJson = answer.headers['content-type']?.includes('json') ?? false;
            const warnings = [answer.headers['warning'] ?? []].flat();
            resolve({ status: answer.statusCode ?? 0, body: isJson ? JSON.parse(text) : text, warnings });
          });
        },
      );
      sent.once('error', reject).once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async get(path: string): Promise<any> {
    return succeeded(await this.ask('GET', path), `GET ${path}`).body;
  }

  /** Server-side apply with strict validation; with `dryRun` nothing is kept. */
  async apply(object: ApiObject, dryRun = false): Promise<Answer> {
    const query = `fieldManager=gantry-test&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    const path = pathOf(object);
    const answer = await this.ask('PATCH', `${path}?${query}`, object, 'application/apply-patch+yaml');
    return succeeded(answer, `apply ${path}`);
  }

  async delete(path: string, options: object = {}): Promise<void> {
    const answer = await this.ask('DELETE', path, options);
    if (answer.status !== 404) succeeded(answer, `DELETE ${path}`);
  }

  /** Asks again until it fits; rejects with what was seen last. */
  async until<T>(
    what: string,
    look: () => Promise<T>,
    fits: (seen: T) => boolean,
    everyMs = 100,
    limitMs: number = usualLimitMs,
  ): Promise<T> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const seen = await look();
      if (fits(seen)) return seen;
      if (performance.now() > deadline)
        throw new Error(`${what}: not within ${limitMs / 1000} s; seen last: ${JSON.stringify(seen)}`);
      await new Promise((again) => setTimeout(again, everyMs));
    }
  }

  /** A namespace of the test's own, with Pod Security "restricted"; deleted with everything in it. */
  async namespace(purpose: string): Promise<{ readonly name: string } & AsyncDisposable> {
    const name = `gantry-${purpose}-${randomBytes(3).toString('hex')}`;
    await this.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    return { name, [Symbol.asyncDispose]: () => this.delete(`/api/v1/namespaces/${name}`) };
  }
}

const plurals: Readonly<Record<string, string>> = { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' };

export function pathOf({ apiVersion = 'v1', kind = '', metadata: { name, namespace } }: ApiObject): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  return `${base}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}/${name}`;
}

function succeeded(answer: Answer, what: string): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const said = answer.body?.message ?? answer.body;
  throw new Error(`${what} was answered ${answer.status}: ${said}`);
}
