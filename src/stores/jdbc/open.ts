import type { JdbcAddress } from './address.ts';
import type { Database, Login } from './database.ts';
import { createMysql } from './mysql.ts';
import { createPostgres } from './postgres.ts';
import { createSqlite } from './sqlite.ts';

export function openDatabase(address: JdbcAddress, login: Login): Database {
  switch (address.kind) {
    case 'postgres':
      return createPostgres(address, login);
    case 'mysql':
      return createMysql(address, login);
    case 'sqlite':
      return createSqlite(address);
  }
}
