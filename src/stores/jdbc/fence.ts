import type { Holder } from '../../engine/ports.ts';
import { refused } from '../fences.ts';
import type { Database, Session, SqlValue } from './database.ts';
import { fenceTable } from './schema.ts';

/**
 * Lets a holder pass unless another one of the same artifact acted since; the row stays locked until the transaction
 * ends, so that what it does and who may do it are one.
 */
export async function passFence(
  session: Session,
  kind: Database['kind'],
  store: { readonly name: string; readonly table: string },
  by: Holder,
): Promise<void> {
  const key = [store.table, by.artifact];
  const forUpdate = kind === 'sqlite' ? '' : ' FOR UPDATE';
  const select = `SELECT token AS token FROM ${fenceTable} WHERE store = ? AND artifact = ?${forUpdate}`;
  let { rows } = await session.run(select, key);
  if (rows.length === 0) {
    await session.run(insertIfAbsent[kind], [...key, by.token]);
    ({ rows } = await session.run(select, key));
  }
  const seen = Number(rows[0]!['token']);
  if (by.token < seen) throw refused(store.name, by);
  if (by.token > seen)
    await session.run(`UPDATE ${fenceTable} SET token = ? WHERE store = ? AND artifact = ?`, [by.token, ...key]);
}

/** A condition for one statement: that holder acted last of its artifact, and stays so until the statement is done. */
export function heldStill(
  kind: Database['kind'],
  table: string,
  { artifact, token }: Holder,
): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const locked = kind === 'sqlite' ? '' : ' FOR UPDATE';
  return {
    sql: `EXISTS (SELECT 1 FROM ${fenceTable} WHERE store = ? AND artifact = ? AND token = ?${locked})`,
    values: [table, artifact, token],
  };
}

/** A holder that takes several messages at once comes with all of them at the same time. */
const insertIfAbsent: Readonly<Record<Database['kind'], string>> = {
  postgres: `INSERT INTO ${fenceTable} (store, artifact, token) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
  // IGNORE would leave a shared lock behind, on which two that wait for each other's end never go on.
  mysql: `INSERT INTO ${fenceTable} (store, artifact, token) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE token = token`,
  sqlite: `INSERT INTO ${fenceTable} (store, artifact, token) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
};
