/**
 * kubectl's configuration (v1 Config), the parts that are used here:
 *
 *   current-context: <context>
 *   contexts:  [{ name, context: { cluster, user, namespace? } }]
 *   clusters:  [{ name, cluster: { server, certificate-authority? | certificate-authority-data?, tls-server-name?,
 *                                  insecure-skip-tls-verify?, proxy-url? } }]
 *   users:     [{ name, user: { client-certificate(-data)?, client-key(-data)?, token? | tokenFile? | exec? |
 *                               auth-provider? } }]
 *
 * ...-data is base64; what names a file is relative to the configuration's folder. KUBECONFIG may name several files: the
 * first that says something wins.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fixedToken, noToken, tokenFromFile, type Access, type TlsFiles, type Token } from './access.ts';
import type { ExecPlugin } from './exec-credentials.ts';
import type { Environment } from './in-cluster.ts';
import type { OidcConfig } from './oidc-token.ts';

interface Config {
  readonly 'current-context'?: string;
  readonly contexts?: readonly (Named & { readonly context: Context })[];
  readonly clusters?: readonly (Named & { readonly cluster: Fields })[];
  readonly users?: readonly (Named & { readonly user: Fields })[];
}
interface Named {
  readonly name: string;
}
interface Context {
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}
type Fields = Readonly<Record<string, unknown>>;
/** Something that was found, and the folder its file names are relative to. */
interface Found<T> {
  readonly value: T;
  readonly file: string;
  readonly folder: string;
}

/** `context`: another than the current one. Rejects with a sentence for people when nothing usable is there. */
export async function kubeconfigAccess(env: Environment, context?: string): Promise<Access> {
  const paths = env['KUBECONFIG']?.split(delimiter).filter(Boolean) ?? [];
  const files = paths.length > 0 ? paths : [join(homedir(), '.kube/config')];
  // Only outside pods is there YAML to be read.
  const { parse } = await import('yaml');
  const configs = files.flatMap((file): Found<Config>[] => {
    const text = contentOf(file);
    return text === undefined ? [] : [{ value: (parse(text) ?? {}) as Config, file, folder: dirname(resolve(file)) }];
  });
  if (configs.length === 0)
    throw new Error(`no Kubernetes cluster is known: this is not a pod, and there is no ${files.join(', nor ')}`);

  const where = files.join(', ');
  const name = context ?? configs.map(({ value }) => value['current-context']).find(Boolean);
  if (!name) throw new Error(`${where} names no current-context: choose one with kubectl config use-context`);
  const chosen = named(configs, (config) => config.contexts, name, `context of ${where}`).value.context;
  const cluster = named(configs, (config) => config.clusters, chosen.cluster, `cluster of ${where}`);
  const user = named(configs, (config) => config.users, chosen.user, `user of ${where}`);
  const server = text(cluster.value.cluster, 'server');
  if (!server) throw new Error(`the cluster "${chosen.cluster}" of ${where} has no server`);
  const tls = tlsOf({ ...cluster, value: cluster.value.cluster }, { ...user, value: user.value.user });
  const who = `user "${chosen.user}" of ${where}`;
  const proxy = proxyOf(cluster.value.cluster, `the cluster "${chosen.cluster}" of ${where}`);
  const place = {
    server: server.replace(/\/+$/, ''),
    namespace: chosen.namespace || 'default',
    ...(proxy !== undefined && { proxy }),
  };
  const { exec, 'auth-provider': provider } = user.value.user;
  if (exec !== undefined) {
    const { ExecCredentials } = await import('./exec-credentials.ts');
    const info = { ...cluster.value.cluster, server };
    const plugin = new ExecCredentials(exec as ExecPlugin, { folder: user.folder, env, cluster: info, who });
    // Getters, because what a plug-in gives is replaced.
    const own = plugin.tls;
    return {
      ...place,
      token: plugin,
      tls: {
        ...tls,
        get cert() {
          return own.cert!;
        },
        get key() {
          return own.key!;
        },
      },
    };
  }
  if (provider !== undefined) {
    const { name: kind, config } = provider as { readonly name?: string; readonly config?: OidcConfig };
    if (kind !== 'oidc')
      throw new Error(
        `${who} logs in by the provider "${kind}", which kubectl has dropped as well: ` +
          'use its plug-in (exec), a token, a tokenFile or a client certificate',
      );
    const { OidcToken } = await import('./oidc-token.ts');
    const { file, folder } = user;
    return { ...place, tls, token: new OidcToken(config ?? {}, { file, folder, user: chosen.user, who }) };
  }
  return { ...place, tls, token: tokenOf({ ...user, value: user.value.user }) };
}

function proxyOf(cluster: Fields, who: string): string | undefined {
  const address = text(cluster, 'proxy-url');
  if (address === undefined) return undefined;
  if (URL.canParse(address) && new URL(address).protocol === 'http:') return address;
  // Never the address itself: it may have a password in it.
  const kind = /^\w+(?=:)/.exec(address)?.[0] ?? 'no scheme';
  throw new Error(
    `${who} is reached by a proxy-url of ${kind}, which is not supported: name a proxy that is spoken to by http://`,
  );
}

function tlsOf(cluster: Found<Fields>, user: Found<Fields>): TlsFiles {
  const ca = material(cluster, 'certificate-authority');
  const cert = material(user, 'client-certificate');
  const key = material(user, 'client-key');
  const servername = text(cluster.value, 'tls-server-name');
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername && { servername }),
    ...(cluster.value['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
  };
}

function tokenOf({ value: user, folder }: Found<Fields>): Token {
  const file = text(user, 'tokenFile');
  if (file) return tokenFromFile(() => readFileSync(resolve(folder, file), 'utf8'));
  const token = text(user, 'token');
  return token ? fixedToken(token) : noToken;
}

function material({ value, folder }: Found<Fields>, name: string): Buffer | undefined {
  const data = text(value, `${name}-data`);
  if (data) return Buffer.from(data, 'base64');
  const file = text(value, name);
  return file ? readFileSync(resolve(folder, file)) : undefined;
}

function named<T extends Named>(
  configs: readonly Found<Config>[],
  list: (config: Config) => readonly T[] | undefined,
  name: string,
  what: string,
): Found<T> {
  for (const { value, file, folder } of configs) {
    const found = list(value)?.find((one) => one.name === name);
    if (found) return { value: found, file, folder };
  }
  throw new Error(`there is no "${name}" as ${what}`);
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
