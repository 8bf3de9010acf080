import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JDBC, storeAsWritten } from '../fixtures.ts';
import { parseJdbcUrl, shownAddress, type JdbcAddress } from './address.ts';

test('addresses of the databases that are known', () => {
  assert.deepEqual(parseJdbcUrl('jdbc:postgresql://db.example/app?user=u&password=p%40&sslmode=verify-full'), {
    kind: 'postgres',
    host: 'db.example',
    port: 5_432,
    database: 'app',
    user: 'u',
    password: 'p@',
    tls: 'verified',
    prepares: true,
  });
  assert.deepEqual(parseJdbcUrl('jdbc:mysql://[::1]:3307/app?autoReconnect=true&useSSL=true'), {
    kind: 'mysql',
    host: '::1',
    port: 3_307,
    database: 'app',
    user: undefined,
    password: undefined,
    tls: 'encrypted',
    prepares: true,
  });
  assert.deepEqual(parseJdbcUrl('jdbc:sqlite:data/messages.db'), { kind: 'sqlite', file: 'data/messages.db' });
});

test('an address is shown without user and password', () => {
  const shown = shownAddress(parseJdbcUrl('jdbc:mariadb://h/app?user=me&password=secret') as JdbcAddress);
  assert.equal(shown, 'MariaDB/MySQL at h:3306/app');
});

const said = (parameters: Readonly<Record<string, string>>): string => {
  const { store, problems } = storeAsWritten(JDBC, parameters);
  assert.equal(store, undefined);
  return problems.map(({ code, text, hint }) => `${code} ${text} ${hint}`).join('\n');
};

test('what cannot be used is said, with what can', () => {
  for (const url of ['jdbc:h2:mem:x', 'jdbc:oracle:thin:@h:1521:x', 'jdbc:sqlserver://h;databaseName=x'])
    assert.match(said({ 'store.jdbc.connection.url': url }), /no driver for jdbc:(h2|oracle|sqlserver).*PostgreSQL/);
  assert.match(said({ 'store.jdbc.connection.url': 'postgres://h/x' }), /does not begin with jdbc:/);
  assert.match(said({ 'store.jdbc.connection.url': 'jdbc:postgresql://h' }), /names no database/);
  assert.match(said({}), /no database is named/);
  assert.match(said({ 'store.jdbc.dsName': 'Orders' }), /no data source Orders.*\[\[datasource\]\]/);
  const injected = { 'store.jdbc.connection.url': 'jdbc:sqlite:x', 'store.jdbc.table': 'a; DROP TABLE b' };
  assert.match(said(injected), /store.jdbc.table cannot be/);
});

test('a driver class of another database is told, and the address counts', () => {
  const written = (driver: string): readonly string[] => {
    const parameters = { 'store.jdbc.connection.url': 'jdbc:mariadb://h/x', 'store.jdbc.driver': driver };
    const { store, problems } = storeAsWritten(JDBC, parameters);
    assert.ok(store);
    return problems.map(({ level, text }) => `${level} ${text}`);
  };
  assert.deepEqual(written('org.mariadb.jdbc.Driver'), []);
  assert.deepEqual(written('com.mysql.cj.jdbc.Driver'), []);
  assert.match(
    written('org.postgresql.Driver').join(),
    /^warning .*store.jdbc.driver is org.postgresql.Driver.*MariaDB/,
  );
});

test('a data source of deployment.toml gives address and login', () => {
  const dataSources = { Orders: { url: 'jdbc:sqlite::memory:', username: 'u', password: 'p' } };
  const { store, problems } = storeAsWritten(JDBC, { 'store.jdbc.dsName': 'Orders' }, { dataSources });
  assert.deepEqual(problems, []);
  assert.equal(store?.durability, 'durable');
});
