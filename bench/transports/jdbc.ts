import { join } from 'node:path';

/** A database that message stores are measured in. */
export interface BenchedDatabase {
  readonly name: string;
  /** As SERVICES_COMMAND calls it. */
  readonly service: string;
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A file in `folder`, and the servers that POSTGRES_URL and MYSQL_URL name. */
export function benchedDatabases(folder: string): {
  readonly databases: readonly BenchedDatabase[];
  /** Why the others are left out. */
  readonly skipped: readonly string[];
} {
  const file = `jdbc:sqlite:${join(folder, 'bench.db')}`;
  const databases: BenchedDatabase[] = [{ name: 'SQLite', service: 'sqlite', url: file, user: '', password: '' }];
  const skipped: string[] = [];
  for (const [name, service, scheme, variable] of [
    ['PostgreSQL', 'postgres', 'postgresql', 'POSTGRES_URL'],
    ['MariaDB', 'mariadb', 'mariadb', 'MYSQL_URL'],
  ] as const) {
    const server = process.env[variable];
    if (server === undefined) {
      skipped.push(`${name}: ${variable} names no server`);
      continue;
    }
    const { host, pathname, username: user, password } = new URL(server);
    databases.push({ name, service, url: `jdbc:${scheme}://${host}${pathname}`, user, password });
  }
  return { databases, skipped };
}

/** A table of its own, which is made. */
export function storeXml(store: string, { url, user, password }: BenchedDatabase, table: string): string {
  const parameters: Readonly<Record<string, string>> = {
    'store.jdbc.connection.url': url,
    'store.jdbc.table': table,
    'store.jdbc.create': 'true',
    ...(user === '' ? {} : { 'store.jdbc.username': user, 'store.jdbc.password': password }),
  };
  const lines = Object.entries(parameters).map(([name, value]) => `<parameter name="${name}">${value}</parameter>`);
  return `<messageStore name="${store}" class="${jdbcClass}" xmlns="http://ws.apache.org/ns/synapse">${lines.join('')}</messageStore>`;
}

const jdbcClass = 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore';
