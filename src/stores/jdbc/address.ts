/**
 *   jdbc:postgresql://HOST[:PORT]/DATABASE[?user=U&password=P&sslmode=disable|require|verify-full&prepareThreshold=0]
 *   jdbc:mysql://HOST[:PORT]/DATABASE[?user=U&password=P&useSSL=true|sslMode=DISABLED|REQUIRED|VERIFY_IDENTITY]
 *   jdbc:mariadb://...    the same
 *   jdbc:sqlite:FILE      a path, seen from where the process was started; it is made when it is missing
 *
 * Other options of the Java drivers (autoReconnect, useUnicode, ...) mean nothing here and are left alone.
 */
export type JdbcAddress = ServerAddress | SqliteAddress;

export interface ServerAddress {
  readonly kind: 'postgres' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** encrypted: whoever answers. verified: its certificate must be good for the host. */
  readonly tls: 'none' | 'encrypted' | 'verified';
  /** PostgreSQL only: the server may remember statements between transactions. */
  readonly prepares: boolean;
}

export interface SqliteAddress {
  readonly kind: 'sqlite';
  readonly file: string;
}

/** Why an address cannot be used, and what to do. */
export interface BadAddress {
  readonly kind: 'bad';
  readonly text: string;
  readonly hint: string;
}

const servers: Readonly<Record<string, readonly [kind: ServerAddress['kind'], port: number]>> = {
  postgresql: ['postgres', 5_432],
  mysql: ['mysql', 3_306],
  mariadb: ['mysql', 3_306],
};

const known = 'Gantry stores messages in PostgreSQL, MariaDB, MySQL and SQLite: jdbc:postgresql://host/database, ' +
  'jdbc:mariadb://host/database, jdbc:mysql://host/database, jdbc:sqlite:file.'; // prettier-ignore

export function parseJdbcUrl(text: string): JdbcAddress | BadAddress {
  const [, scheme = '', rest = ''] = /^jdbc:([a-z0-9]+):(.*)$/is.exec(text.trim()) ?? [];
  if (scheme === '') return bad('The database address does not begin with jdbc:.', known);
  if (scheme.toLowerCase() === 'sqlite') {
    return rest === ''
      ? bad('jdbc:sqlite: names no file.', 'Write jdbc:sqlite:messages.db.')
      : { kind: 'sqlite', file: rest };
  }
  const server = servers[scheme.toLowerCase()];
  if (!server) return bad(`There is no driver for jdbc:${scheme} here.`, known);
  const [kind, usualPort] = server;
  let url: URL;
  try {
    url = new URL(`${kind}:${rest}`);
  } catch {
    return bad(
      `The jdbc:${scheme} address cannot be read.`,
      `It looks like jdbc:${scheme}://host:${usualPort}/database.`,
    );
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (url.hostname === '' || database === '')
    return bad(`The jdbc:${scheme} address names no ${database === '' ? 'database' : 'host'}.`,
      `It looks like jdbc:${scheme}://host:${usualPort}/database.`); // prettier-ignore
  const { searchParams: options } = url;
  return {
    kind,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? usualPort : Number(url.port),
    database,
    user: options.get('user') ?? undefined,
    password: options.get('password') ?? undefined,
    tls: tlsOf(options),
    prepares: options.get('prepareThreshold') !== '0',
  };
}

/** For logs and reasons: everything but user and password. */
export function shownAddress(address: JdbcAddress): string {
  if (address.kind === 'sqlite') return `SQLite file ${address.file}`;
  const { kind, host, port, database } = address;
  return `${kind === 'postgres' ? 'PostgreSQL' : 'MariaDB/MySQL'} at ${host}:${port}/${database}`;
}

function tlsOf(options: URLSearchParams): ServerAddress['tls'] {
  const mode = (options.get('sslmode') ?? options.get('sslMode') ?? '').toLowerCase().replace('_', '-');
  if (['verify-full', 'verify-ca', 'verify-identity'].includes(mode)) return 'verified';
  if (['require', 'required', 'trust'].includes(mode)) return 'encrypted';
  if (mode === '' && options.get('ssl') === 'true') return 'verified';
  return mode === '' && options.get('useSSL') === 'true' ? 'encrypted' : 'none';
}

function bad(text: string, hint: string): BadAddress {
  return { kind: 'bad', text, hint };
}
