/**
 *   postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE
 *   mysql://USER:PASSWORD@HOST:PORT/DATABASE?ssl=true           mariadb:// is the same
 *
 *   sslmode   disable (the default): in the clear
 *             require: encrypted, whoever answers; protects from listeners, not from impostors
 *             verify-full: encrypted, and the certificate must be good for HOST
 *   ssl=true  the same as sslmode=verify-full
 *   sslrootcert   PEM file of the authority that signed the certificate, where the machine does not know it
 *
 * Special characters of user and password are percent-encoded.
 */
import { readFileSync } from 'node:fs';

export interface SqlAddress {
  readonly kind: 'postgres' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** undefined: in the clear. */
  readonly tls: SqlTls | undefined;
}

export interface SqlTls {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
}

const example = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE';
const usualPort = { postgres: 5_432, mysql: 3_306 } as const;

/** Throws a sentence for people, without the password. */
export function parseSqlAddress(address: string): SqlAddress {
  const scheme = address.split(':', 1)[0]!;
  const kind = scheme === 'postgres' || scheme === 'postgresql' ? 'postgres' : 'mysql';
  const bad = (what: string): Error =>
    new Error(`The address of the arbiter (${scheme}://...) ${what}. It looks like ${example}?sslmode=verify-full`);
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw bad('cannot be read: are special characters of the password percent-encoded, @ as %40 and / as %2F?');
  }
  const database = decoded(url.pathname.slice(1));
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === undefined || password === undefined || database === undefined)
    throw bad('has a % that is not followed by two hexadecimal digits; write a % itself as %25');
  if (url.hostname === '') throw bad('names no host');
  if (user === '') throw bad('names no user');
  if (database === '' || database.includes('/')) throw bad('must name one database after the host');
  return {
    kind,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? usualPort[kind] : Number(url.port),
    user,
    password: password === '' ? undefined : password,
    database,
    tls: tlsOf(url.searchParams, bad),
  };
}

/** For logs and errors: everything but the password. */
export function shownAddress({ kind, host, port, user, database }: SqlAddress): string {
  return `${kind}://${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function tlsOf(options: URLSearchParams, bad: (what: string) => Error): SqlTls | undefined {
  for (const name of options.keys())
    if (!['ssl', 'sslmode', 'sslrootcert'].includes(name))
      throw bad(`has the unknown option "${name}"; known are sslmode, ssl and sslrootcert`);
  const ssl = options.get('ssl') ?? 'false';
  if (ssl !== 'true' && ssl !== 'false') throw bad(`says ssl=${ssl}; it can be true or false`);
  const mode = options.get('sslmode') ?? (ssl === 'true' ? 'verify-full' : 'disable');
  const file = options.get('sslrootcert');
  switch (mode) {
    case 'disable':
      if (file !== null) throw bad('names an sslrootcert, but its sslmode does not use it');
      return undefined;
    case 'require':
      if (file !== null) throw bad('names an sslrootcert, but sslmode=require checks no certificate; use verify-full');
      return { rejectUnauthorized: false };
    case 'verify-full':
      return { rejectUnauthorized: true, ...(file === null ? {} : { ca: authority(file) }) };
    default:
      throw bad(`says sslmode=${mode}; it can be disable, require or verify-full`);
  }
}

function authority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The arbiter's sslrootcert cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
