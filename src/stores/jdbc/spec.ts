import type { Problem } from '../../errors.ts';
import { defineStore, type StoreKind, type StoreParts } from '../store-kind.ts';
import { openDatabase } from './open.ts';
import { checkDriver, checkTable, jdbcParameters, whereOf, type JdbcConfig } from './parameters.ts';
import { JdbcStore } from './store.ts';
import { JdbcTable } from './table.ts';

export const jdbc: StoreKind = defineStore({
  name: 'jdbc',
  summary: 'Keeps messages in a table of PostgreSQL, MariaDB, MySQL or SQLite.',
  notes:
    'The table is the one MI uses; what lies in its column `message` is not, because MI writes Java objects there. ' +
    'All replicas store, one takes out: what it removes and that it still may are one transaction. A file of SQLite is ' +
    'shared by the replicas of one machine only.',
  classes: [
    'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore',
    'org.apache.synapse.message.store.JDBCMessageStore',
  ],
  durability: 'durable',
  parameters: jdbcParameters,
  check: checkJdbc,
  open: (config, parts) => new JdbcStore(parts.name, openTable(config, parts, false)),
});

export function checkJdbc(
  config: JdbcConfig,
  parts: Pick<StoreParts, 'name' | 'at' | 'dataSource'>,
): readonly Problem[] {
  const where = whereOf(config, parts);
  return [...('code' in where ? [where] : checkDriver(config, where, parts)), ...checkTable(config.table, parts)];
}

/** Only what was checked comes here. */
export function openTable(config: JdbcConfig, parts: StoreParts, isSequenced: boolean): JdbcTable {
  const where = whereOf(config, parts);
  if ('code' in where) throw new Error(where.text);
  const { address } = where;
  return new JdbcTable(openDatabase(address, where), {
    name: parts.name,
    address,
    table: config.table,
    creates: config.create ?? address.kind === 'sqlite',
    isSequenced,
  });
}
