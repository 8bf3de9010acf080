import { param, type Parameter } from '../../artifacts/parameters.ts';
import type { Problem } from '../../errors.ts';
import type { DataSource, StoreParts } from '../store-kind.ts';
import { parseJdbcUrl, shownAddress, type JdbcAddress } from './address.ts';
import type { Login } from './database.ts';

export interface JdbcConfig {
  readonly driver: string | undefined;
  readonly url: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly dataSource: string | undefined;
  readonly icClass: string | undefined;
  readonly table: string;
  readonly create: boolean | undefined;
}

export const jdbcParameters: { readonly [K in keyof JdbcConfig]: Parameter<JdbcConfig[K]> } = {
  driver: param.text('store.jdbc.driver', {
    doc: 'Read and not used: the address says which driver it is. A class of another database is a warning.',
  }),
  url: param.text('store.jdbc.connection.url', {
    doc: 'Where the database is: jdbc:postgresql://, jdbc:mariadb://, jdbc:mysql:// or jdbc:sqlite:FILE.',
  }),
  username: param.text('store.jdbc.username', { doc: 'User of the database.' }),
  password: param.text('store.jdbc.password', { doc: 'Password of the database.', secret: true }),
  dataSource: param.text('store.jdbc.dsName', {
    doc: 'Instead of an address: the id of a [[datasource]] in deployment.toml.',
  }),
  icClass: param.text('store.jdbc.icClass', { doc: 'Read and not used: there is no JNDI here.' }),
  table: param.text('store.jdbc.table', { doc: 'Its table.', default: 'jdbc_message_store' }),
  create: param.boolean('store.jdbc.create', {
    doc: 'Make the table when it is missing. Not given: only in SQLite.',
  }),
};

export interface Where extends Login {
  readonly address: JdbcAddress;
}

/** Address and login as parameters or the data source give them; or what is wrong with them. */
export function whereOf(
  config: JdbcConfig,
  { name, at, dataSource }: Pick<StoreParts, 'name' | 'at' | 'dataSource'>,
): Where | Problem {
  const problem = (text: string, hint: string): Problem => ({
    code: 'BAD_DATABASE_ADDRESS',
    level: 'error',
    at,
    text: `The message store ${name}: ${text}`,
    hint,
  });
  let given: DataSource | undefined;
  if (config.dataSource !== undefined) {
    given = dataSource(config.dataSource);
    if (!given)
      return problem(
        `there is no data source ${config.dataSource}.`,
        `Add [[datasource]] with id = "${config.dataSource}", url, username and password to deployment.toml.`,
      );
  }
  const url = config.url ?? given?.url;
  if (url === undefined)
    return problem('no database is named.', 'Give store.jdbc.connection.url, or store.jdbc.dsName.');
  const address = parseJdbcUrl(url);
  if (address.kind === 'bad') return problem(address.text, address.hint);
  const own = address.kind === 'sqlite' ? undefined : address;
  return {
    address,
    user: config.username ?? given?.username ?? own?.user,
    password: config.password ?? given?.password ?? own?.password,
  };
}

/** What the names of the usual Java drivers have in them. */
const driverOf: Readonly<Record<JdbcAddress['kind'], RegExp>> = {
  postgres: /postgres/i,
  mysql: /mysql|mariadb/i,
  sqlite: /sqlite/i,
};

/** The class is not used; one of another database shows that class or address was not meant. */
export function checkDriver(
  { driver }: JdbcConfig,
  { address }: Where,
  { name, at }: Pick<StoreParts, 'name' | 'at'>,
): readonly Problem[] {
  if (driver === undefined || driverOf[address.kind].test(driver)) return [];
  return [
    {
      code: 'BAD_PARAMETER',
      level: 'warning',
      at,
      text: `The message store ${name}: store.jdbc.driver is ${driver}, and the address is ${shownAddress(address)}.`,
      hint: 'The address is what counts here; in MI this would not connect.',
    },
  ];
}

/** It stands in statements as it is. */
export function checkTable(table: string, { name, at }: Pick<StoreParts, 'name' | 'at'>): readonly Problem[] {
  if (/^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)?$/i.test(table)) return [];
  return [
    {
      code: 'BAD_PARAMETER',
      level: 'error',
      at,
      text: `The message store ${name}: store.jdbc.table cannot be "${table}".`,
      hint: 'Letters, digits and _ make a name; a schema may stand before it with a dot.',
    },
  ];
}
