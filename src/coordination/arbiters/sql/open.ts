import type { ArbiterContext } from '../../open-arbiter.ts';
import { parseSqlAddress } from './address.ts';
import { SqlArbiter } from './arbiter.ts';
import { MysqlServer } from './mysql.ts';
import { PostgresServer } from './postgres.ts';

const longestName = 128;

export async function openSqlArbiter(address: string, { deployment }: ArbiterContext): Promise<SqlArbiter> {
  const parsed = parseSqlAddress(address);
  if (deployment.length > longestName)
    throw new Error(`"${deployment}" is too long to name a deployment: use at most ${longestName} characters`);
  const server = parsed.kind === 'postgres' ? await PostgresServer.open(parsed) : await MysqlServer.open(parsed);
  return new SqlArbiter(server, deployment);
}
