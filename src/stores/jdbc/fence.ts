import type { Holder } from '../../engine/ports.ts';
import { refused } from '../fences.ts';
import type { Database, Session } from './database.ts';
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
  const { rows } = await session.run(
    `SELECT token AS token FROM ${fenceTable} WHERE store = ? AND artifact = ?${forUpdate}`,
    key,
  );
  const seen = rows[0] === undefined ? undefined : Number(rows[0]['token']);
  if (seen === undefined)
    await session.run(`INSERT INTO ${fenceTable} (store, artifact, token) VALUES (?, ?, ?)`, [...key, by.token]);
  else if (by.token < seen) throw refused(store.name, by);
  else if (by.token > seen)
    await session.run(`UPDATE ${fenceTable} SET token = ? WHERE store = ? AND artifact = ?`, [by.token, ...key]);
}
