/**
 * The vendor's table, and one of ours.
 *
 *   <table>        indexId  rises with each message: the order
 *                  msg_id   the message's id
 *                  message  see stored-bytes.ts
 *                  seq_id   in resequence stores: its place in the order
 *   gantry_fence   store, artifact, token: which holder of an artifact acted last; a lower token is refused
 *
 * Source: the scripts of MI's documentation, "Using the JDBC message store".
 */
import type { JdbcAddress } from './address.ts';

export const fenceTable = 'gantry_fence';
export const lastTable = 'tbl_lastprocessid';

type Kind = JdbcAddress['kind'];

const indexColumn: Readonly<Record<Kind, string>> = {
  postgres: 'indexId BIGSERIAL PRIMARY KEY',
  mysql: 'indexId BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY',
  sqlite: 'indexId INTEGER PRIMARY KEY AUTOINCREMENT',
};
// MI's script says BLOB, which holds 64 KB in MariaDB and MySQL.
const bytesColumn: Readonly<Record<Kind, string>> = { postgres: 'BYTEA', mysql: 'LONGBLOB', sqlite: 'BLOB' };

export function createMessages(kind: Kind, table: string, isSequenced = false): string {
  const sequence = isSequenced ? ', seq_id BIGINT NOT NULL' : '';
  return `CREATE TABLE IF NOT EXISTS ${table} (${indexColumn[kind]}, msg_id VARCHAR(200) NOT NULL, message ${bytesColumn[kind]} NOT NULL${sequence})`;
}

export function createFence(): string {
  return `CREATE TABLE IF NOT EXISTS ${fenceTable} (store VARCHAR(120) NOT NULL, artifact VARCHAR(200) NOT NULL, token BIGINT NOT NULL, PRIMARY KEY (store, artifact))`;
}

export function createLast(): string {
  return `CREATE TABLE IF NOT EXISTS ${lastTable} (statement VARCHAR(200) NOT NULL PRIMARY KEY, seq_id BIGINT NOT NULL)`;
}
