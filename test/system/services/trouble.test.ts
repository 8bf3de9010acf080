/** What people read when a database does not take them, and what stands in it when two deployments share it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Arbiter } from '../../../src/coordination/arbiter.ts';
import { openSqlArbiter } from '../../../src/coordination/arbiters/sql/open.ts';
import { mysqlStatements } from '../../../src/coordination/arbiters/sql/mysql.ts';
import { postgresStatements } from '../../../src/coordination/arbiters/sql/postgres.ts';
import { member } from '../../../src/coordination/fixtures/member.ts';
import { memberKey, newAssignment } from '../../../src/coordination/records.ts';
import { silentLogger } from '../../../src/log.ts';
import { asUser, databases, inDatabase, run, scratchDatabase } from './databases.ts';

const { signal } = new AbortController();
const record = member('pod');

/** What it says when it is asked for everything. */
async function refusal(address: string): Promise<string> {
  await using arbiter = await openSqlArbiter(address, { deployment: 'shop', log: silentLogger });
  const error = await arbiter.snapshot({ signal }).then(
    () => assert.fail('it was answered'),
    (reason: Error) => reason,
  );
  return error.message;
}

for (const database of databases) {
  const { kind, server, absent } = database;
  describe(`${kind}: trouble`, { skip: absent }, () => {
    const scratch = scratchDatabase(database);
    const user = `poor_${process.pid}`;
    const statements = kind === 'postgres' ? postgresStatements : mysqlStatements;
    const admin = (statement: string) => scratch.sql(statement);
    const makeUser = (options = ''): Promise<unknown> =>
      kind === 'postgres'
        ? admin(`CREATE USER ${user} PASSWORD 'p@ss/1' ${options}`)
        : admin(`CREATE USER ${user} IDENTIFIED BY 'p@ss/1' ${options}`);
    const dropUser = async (): Promise<void> => {
      if (kind === 'postgres') await admin(`DROP OWNED BY ${user}`);
      await admin(`DROP USER ${user}`);
    };

    test('a wrong password is told with server and user, and is not repeated', async () => {
      const text = await refusal(asUser(scratch.address, 'app', 'not-the-secret'));
      assert.match(text, /at (postgres|mysql):\/\/app@127\.0\.0\.1:\d+\/gantry_/);
      assert.match(text, /Check user and password/);
      assert.doesNotMatch(text, /not-the-secret/);
    });

    test('a database that is not there is told with the statement that makes it', async () => {
      assert.match(await refusal(inDatabase(server!, 'nowhere')), /CREATE DATABASE "?nowhere/);
    });

    test('a port where nothing listens is told', async () => {
      const url = new URL(scratch.address);
      url.port = '9';
      assert.match(await refusal(url.href), /Nothing listens there/);
    });

    test('TLS is asked for, or the call fails: nothing goes on in the clear', async () => {
      assert.match(await refusal(`${scratch.address}?sslmode=require`), /SSL|secure connection/i);
    });

    test('who may not make the table is told table, statement and right; made by another, it serves', async () => {
      await makeUser();
      try {
        if (kind === 'mariadb') await admin(`GRANT SELECT ON ${scratch.address.split('/').at(-1)}.* TO ${user}`);
        const address = asUser(scratch.address, user, 'p@ss/1');
        const text = await refusal(address);
        assert.match(text, /gantry_coordination/);
        assert.match(text, /GRANT SELECT, INSERT, UPDATE, DELETE/);
        assert.ok(text.includes(statements.create), text);
        await admin(statements.create);
        await admin(`GRANT SELECT, INSERT, UPDATE, DELETE ON gantry_coordination TO ${user}`);
        await using arbiter = await openSqlArbiter(address, { deployment: 'poor', log: silentLogger });
        assert.ok(await arbiter.swap('assignment', newAssignment('test', 1, 0), undefined, signal));
      } finally {
        await dropUser();
      }
    });

    test('a database without a connection to spare is told, and serves when there is one', async () => {
      await makeUser(kind === 'postgres' ? 'CONNECTION LIMIT 1' : 'WITH MAX_USER_CONNECTIONS 1');
      try {
        await admin(statements.create);
        await admin(`GRANT SELECT, INSERT, UPDATE, DELETE ON gantry_coordination TO ${user}`);
        const address = asUser(scratch.address, user, 'p@ss/1');
        const first = await openSqlArbiter(address, { deployment: 'one', log: silentLogger });
        await first.snapshot({ signal });
        assert.match(await refusal(address), /connections/);
        await first.close();
        await using second = await openSqlArbiter(address, { deployment: 'one', log: silentLogger });
        // The server frees the first connection in its own time.
        for (;;) {
          const answer = await second.snapshot({ signal }).catch((error: Error) => error);
          if (!(answer instanceof Error)) break;
          assert.match(answer.message, /connections/);
        }
      } finally {
        await dropUser();
      }
    });

    test('two deployments in one database do not see each other', async () => {
      const [shop, bank] = [await scratch.open('shop'), await scratch.open('bank')];
      const wakes = wakesOf(bank);
      await wakes.next();
      await shop.swap('assignment', newAssignment('shop', 1, 0), undefined, signal);
      await shop.swap(memberKey('pod.1'), record, undefined, signal);
      assert.deepEqual(await bank.snapshot({ signal }), { assignment: undefined, members: [] });
      assert.equal(await bank.read(memberKey('pod.1'), signal), undefined);
      assert.ok(await bank.swap(memberKey('pod.1'), { ...record, pod: 'other' }, undefined, signal));
      assert.equal((await shop.read(memberKey('pod.1'), signal))?.value.pod, 'pod');
      await wakes.next();
      assert.equal(wakes.count, 2);
      wakes.end();
    });

    test('a lock that somebody holds delays what needs it, and no renewal', async () => {
      const arbiter = await scratch.open('locked');
      const assignment = newAssignment('test', 1, 0);
      const version = await arbiter.swap('assignment', assignment, undefined, signal);
      const renewed = await arbiter.swap(memberKey('pod.1'), record, undefined, signal);
      const locker = await lockAssignment(kind, scratch.address, 'locked');
      try {
        const next = { ...assignment, epoch: 2 };
        const stuck = arbiter.swap('assignment', next, version, AbortSignal.timeout(300));
        const refused = assert.rejects(stuck, { name: 'TimeoutError' });
        assert.ok(await arbiter.swap(memberKey('pod.1'), { ...record, beat: 2 }, renewed, signal));
        await refused;
        // The connection of what was given up is thrown away: the next call is not behind it.
        assert.equal((await arbiter.snapshot({ signal })).members.length, 1);
      } finally {
        await locker();
      }
    });

    test('a connection that breaks costs the call under way, not the next', async () => {
      const arbiter = await scratch.open('broken');
      await arbiter.snapshot({ signal });
      await breakConnections(kind, admin);
      let failures = 0;
      while ((await arbiter.snapshot({ signal }).catch(() => undefined)) === undefined) failures++;
      assert.ok(failures <= 1, `${failures} calls failed`);
    });

    test('a watcher hears of news after its connection broke', async () => {
      const [writer, watcher] = [await scratch.open('watched'), await scratch.open('watched')];
      const wakes = wakesOf(watcher);
      await wakes.next();
      await breakConnections(kind, admin);
      while ((await writer.swap('assignment', newAssignment('x', 1, 0), undefined, signal).catch(() => '')) === '');
      do await wakes.next();
      while (!(await watcher.read('assignment', signal).catch(() => undefined)));
      wakes.end();
    });

    test('renewals wake no watcher, and drain does', async () => {
      const [writer, watcher] = [await scratch.open('quiet'), await scratch.open('quiet')];
      const version = await writer.swap(memberKey('pod.1'), record, undefined, signal);
      const wakes = wakesOf(watcher);
      await wakes.next();
      let last = version!;
      for (let beat = 2; beat < 50; beat++)
        last = (await writer.swap(memberKey('pod.1'), { ...record, beat }, last, signal))!;
      await writer.swap(memberKey('pod.1'), { ...record, beat: 50, state: 'draining' }, last, signal);
      await wakes.next();
      assert.equal(wakes.count, 2);
      wakes.end();
    });
  });
}

/** The first wake is for the beginning: it says that from now on the watcher hears. */
function wakesOf(arbiter: Arbiter): { readonly count: number; next(): Promise<void>; end(): void } {
  let count = 0;
  let untaken = Promise.withResolvers<void>();
  const end = arbiter.watch(() => {
    count++;
    untaken.resolve();
  });
  return {
    get count() {
      return count;
    },
    async next() {
      await untaken.promise;
      untaken = Promise.withResolvers();
    },
    end,
  };
}

/** Resolves when somebody holds the row's lock; the returned function lets it go. */
async function lockAssignment(kind: string, address: string, deployment: string): Promise<() => Promise<void>> {
  const statement = `SELECT version FROM gantry_coordination WHERE deployment = '${deployment}' FOR UPDATE`;
  if (kind === 'postgres') {
    const { Client } = (await import('pg')).default;
    const client = new Client(address);
    await client.connect();
    await client.query(`BEGIN; ${statement.replace(' FOR', " AND key = 'assignment' FOR")}`);
    return () => client.end();
  }
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection(address);
  await connection.query('BEGIN');
  await connection.query(statement.replace(' FOR', " AND `key` = 'assignment' FOR"));
  return () => connection.end();
}

/** Ends every other connection to the scratch database. */
async function breakConnections(kind: string, admin: (statement: string) => ReturnType<typeof run>): Promise<void> {
  if (kind === 'postgres') {
    await admin(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return;
  }
  const rows = await admin(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  );
  for (const { id } of rows) await admin(`KILL ${String(id)}`).catch(() => {});
}
