/** JDBC stores on real databases, and what they say when something is wrong with one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault } from '../../../src/errors.ts';
import { JDBC, openAsWritten, RESEQUENCE } from '../../../src/stores/fixtures.ts';
import type { Session } from '../../../src/stores/jdbc/database.ts';
import { createPostgres } from '../../../src/stores/jdbc/postgres.ts';
import { someMessage, storeConformance } from '../../conformance/store.ts';
import { databases, scratchDatabase, service } from './databases.ts';
import { inJdbc } from './jdbc-parameters.ts';

const away = (text: RegExp) => (error: unknown) =>
  Fault.is(error) && error.code === 'STORE_UNREACHABLE' && text.test(error.message);

for (const database of databases) {
  describe(database.kind, () => {
    const scratch = scratchDatabase(database);
    const features = { isShared: true, refusesStaleHolders: true, removesAny: true, absent: database.absent };
    let made = 0;

    storeConformance(`JDBC, ${database.kind}`, features, () => {
      const table = `messages_${++made}`;
      return {
        open: () =>
          openAsWritten(JDBC, { ...inJdbc(scratch.address), 'store.jdbc.table': table, 'store.jdbc.create': 'true' }),
        close: () => {},
      };
    });

    test('stores that begin at the same moment make their tables together', { skip: database.absent }, async () => {
      for (let round = 0; round < 10; round++) {
        await scratch.sql('DROP TABLE IF EXISTS gantry_fence');
        const made = { 'store.jdbc.table': `together_${round}`, 'store.jdbc.create': 'true' };
        const stores = Array.from({ length: 8 }, () => openAsWritten(JDBC, { ...inJdbc(scratch.address), ...made }));
        await Promise.all(stores.map((store) => store.put(someMessage())));
        assert.equal(await stores[0]!.count(), 8);
        await Promise.all(stores.map((store) => store.close()));
      }
    });

    test('a table that is missing is told, with the statement that makes it', { skip: database.absent }, async () => {
      const parameters = { ...inJdbc(scratch.address), 'store.jdbc.table': 'not_made' };
      const store = openAsWritten(JDBC, parameters);
      await assert.rejects(store.put(someMessage()), away(/not_made.*CREATE TABLE IF NOT EXISTS not_made \(indexId/s));
      const statement = /CREATE TABLE [^;]*/.exec(await store.peek().then(String, String))![0];
      await scratch.sql(statement);
      await store.put(someMessage());
      assert.equal(await store.count(), 1);
      await store.close();
    });

    test(
      'a table that has other columns is told, with the statement of one that fits',
      { skip: database.absent },
      async () => {
        await scratch.sql('CREATE TABLE other_columns (a INT)');
        const store = openAsWritten(JDBC, { ...inJdbc(scratch.address), 'store.jdbc.table': 'other_columns' });
        const told = away(/store Waiting: .*store.jdbc.table.*CREATE TABLE IF NOT EXISTS other_columns \(indexId/s);
        await assert.rejects(store.put(someMessage()), told);
        await assert.rejects(store.peek(), told);
        await store.close();
      },
    );

    test(
      'a pooler that forgets statements between transactions loses nothing',
      { skip: database.absent || (database.kind !== 'postgres' && 'nothing is prepared there') },
      async () => {
        const { hostname: host, port, pathname, username: user, password } = new URL(scratch.address);
        const address = {
          kind: 'postgres',
          host,
          port: Number(port),
          database: pathname.slice(1),
          user,
          password,
        } as const;
        const reached = createPostgres({ ...address, tls: 'none', prepares: true }, { user, password });
        const text = async (session: Session, said: string): Promise<unknown> =>
          (await session.run('SELECT CAST(? AS TEXT) AS said', [said])).rows[0]!['said'];
        assert.equal(await text(reached, 'a'), 'a');
        assert.equal((await reached.run('SELECT name FROM pg_prepared_statements')).rows.length, 1);
        await reached.run('DEALLOCATE ALL');
        assert.equal(await text(reached, 'b'), 'b');
        assert.equal(await reached.transaction((session) => text(session, 'c')), 'c');
        assert.equal((await reached.run('SELECT name FROM pg_prepared_statements')).rows.length, 0);
        await reached.close();
      },
    );

    test('a wrong password is told, and not shown', { skip: database.absent }, async () => {
      const store = openAsWritten(JDBC, { ...inJdbc(scratch.address), 'store.jdbc.password': 'wrong-one' });
      await assert.rejects(store.peek(), (error) => {
        assert.ok(away(/store Waiting: .*Check store.jdbc.username/)(error));
        return !String(error).includes('wrong-one');
      });
      await store.close();
    });

    test('a resequence store gives messages out in the order of their numbers', { skip: database.absent }, async () => {
      const store = openAsWritten(RESEQUENCE, {
        ...inJdbc(scratch.address),
        'store.jdbc.table': 'numbered',
        'store.jdbc.create': 'true',
        'store.resequence.id.path': 'json-eval($.n)',
      });
      for (const n of [3, 1, 2]) await store.put(someMessage({ id: `m${n}`, body: Buffer.from(`{"n":${n}}`) }));
      const taken: (string | undefined)[] = [];
      for (let head = await store.peek(); head; head = await store.peek()) {
        await store.remove(head.id, { artifact: 'messageProcessor/p', token: 1 });
        taken.push(head.id);
      }
      assert.deepEqual(taken, ['m1', 'm2', 'm3']);
      await store.put(someMessage({ id: 'm5', body: Buffer.from('{"n":5}') }));
      assert.equal(await store.peek(), undefined);
      assert.equal(await store.count(), 1);
      await store.close();
    });

    test(
      'a database that does not answer is away, and is there again once it answers',
      {
        skip: database.untouchable,
      },
      async () => {
        const parameters = { ...inJdbc(scratch.address), 'store.jdbc.table': 'stalled', 'store.jdbc.create': 'true' };
        const store = openAsWritten(JDBC, parameters);
        await store.put(someMessage());
        await service('pause', database.kind);
        try {
          await assert.rejects(store.put(someMessage()), away(/./));
        } finally {
          await service('resume', database.kind);
        }
        await store.put(someMessage());
        // Whether the one that got no answer was taken is not known; the two others were.
        assert.ok([2, 3].includes(await store.count()));
        await store.close();
      },
    );

    test(
      'a database that is killed and comes back has every message it took',
      {
        skip: database.untouchable,
      },
      async () => {
        const parameters = { ...inJdbc(scratch.address), 'store.jdbc.table': 'outage', 'store.jdbc.create': 'true' };
        const store = openAsWritten(JDBC, parameters);
        const kept = new Set<string>();
        const storing = async (): Promise<void> => {
          const message = someMessage();
          await store.put(message);
          kept.add(message.id);
        };
        for (let i = 0; i < 20; i++) await storing();
        const killed = service('kill', database.kind);
        const seen = { refused: false };
        const during = (async () => {
          while (!seen.refused) await storing().catch((error) => (seen.refused = away(/./)(error)));
        })();
        await killed;
        await during;
        await service('up', database.kind);
        await storing();
        const found = new Set((await store.browse(10_000)).map(({ id }) => id));
        assert.deepEqual([...kept].filter((id) => !found.has(id)), []); // prettier-ignore
        await store.close();
      },
    );
  });
}
