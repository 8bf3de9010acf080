/** A minute of random faults against each database that is there: POSTGRES_URL, MYSQL_URL. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../embedded/chaos-run.ts';

for (const [name, variable] of [
  ['PostgreSQL', 'POSTGRES_URL'],
  ['MariaDB or MySQL', 'MYSQL_URL'],
] as const) {
  const address = process.env[variable];
  const skip = address === undefined ? `${variable} names no database` : false;
  test(`replicas that share ${name} keep every promise under random faults`, { skip }, async () => {
    const { verdict, broken } = await chaos('--minutes', '1', '--seed', '5', '--arbiter', address!);
    assert.deepEqual(broken, []);
    assert.ok(verdict.runs.due > 1_000, `only ${verdict.runs.due} runs`);
  });
}
