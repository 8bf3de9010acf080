/** A forwarding processor over a store in a real database: kills of replicas, and of the database itself. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { usuallyUnremoved } from '../../../src/stores/forwarding/parameters.ts';
import { deliveryProject, killRounds, runDelivery, sendOrders, startBackend } from '../embedded/delivery.ts';
import { databases, scratchDatabase, service } from './databases.ts';
import { inJdbc } from './jdbc-parameters.ts';

for (const database of databases) {
  describe(database.kind, () => {
    const scratch = scratchDatabase(database);
    const store = (): Record<string, string> => ({ ...inJdbc(scratch.address), 'store.jdbc.create': 'true' });

    test(
      'no stored order is lost when the replica that forwards is killed, and at most those not yet removed arrive twice',
      {
        skip: database.absent,
      },
      async () => {
        await using backend = await startBackend();
        await using running = await runDelivery(deliveryProject({ store: store() }), backend);
        const round = await killRounds(running, backend, 3);
        assert.equal(round.arrived, round.accepted);
        assert.ok(round.duplicates <= round.kills * usuallyUnremoved, JSON.stringify(round));
        assert.equal(round.keysThatChanged, 0);
      },
    );

    test(
      'while the database is away the processor waits and says so; then every order arrives, once',
      {
        skip: database.untouchable,
      },
      async () => {
        await using backend = await startBackend();
        const tables = ['kept', 'kept_failed'] as const;
        const processor = { interval: '500', throttle: 'true' };
        await using running = await runDelivery(deliveryProject({ store: store(), tables, processor }), backend);
        const accepted = await sendOrders(running.http, 1, 6);
        assert.equal(accepted.length, 6);
        await backend.has(1);
        await service('kill', database.kind);
        await running.until(() =>
          running.logs.some(({ message }) => /messageProcessor\/Deliver waits: /.test(message)),
        );
        const refused = await sendOrders(running.http, 100, 1);
        assert.deepEqual(refused, []);
        await service('up', database.kind);
        await running.until(() =>
          running.logs.some(({ message }) => message.includes('messageProcessor/Deliver runs again')),
        );
        accepted.push(...(await sendOrders(running.http, 200, 2)));
        await backend.hasAll(accepted);
        assert.equal(backend.arrivals.length, accepted.length);
      },
    );
  });
}
