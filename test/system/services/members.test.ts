/** Members in processes of their own, while holders and the database itself go away. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { systemClock } from '../../../src/clock.ts';
import { databases, scratchDatabase, service } from './databases.ts';
import { Fleet } from './fleet.ts';
import { artifacts } from './member-process.ts';

for (const database of databases) {
  const { kind, absent, untouchable } = database;
  describe(`${kind}: members in processes`, { skip: absent }, () => {
    const scratch = scratchDatabase(database);
    // The scratch database is dropped at the end, by a server that answers.
    if (!untouchable) after(() => service('up', kind));
    let fleets = 0;
    const start = async (): Promise<Fleet> => {
      const deployment = `fleet-${++fleets}`;
      return Fleet.start(await scratch.open(deployment), scratch.address, deployment);
    };

    test('what a killed process held is taken over, and nothing else moves', async () => {
      await using fleet = await start();
      const [victim] = fleet.pods as [string];
      const orphans = fleet.heldBy(victim).map(({ artifact }) => artifact);
      const before = fleet.tokens();
      await fleet.kill(victim);
      await fleet.until('everything is held again', () => Object.keys(fleet.tokens()).length === artifacts.length);
      const moved = Object.entries(fleet.tokens()).filter(([artifact, token]) => token !== before[artifact]);
      assert.deepEqual(moved.map(([artifact]) => artifact).sort(), orphans.sort());
      fleet.assertNeverTwice();
    });

    test('a database that is paused for 800 ms moves nothing', { skip: untouchable }, async () => {
      await using fleet = await start();
      const before = fleet.tokens();
      const lostBefore = fleet.leasesLost;
      await pausedFor(800);
      await fleet.untilRenewed(5);
      await fleet.until('everything is at work', () => Object.keys(fleet.tokens()).length === artifacts.length);
      assert.deepEqual(fleet.tokens(), before);
      assert.equal(fleet.leasesLost, lostBefore);
      fleet.assertNeverTwice();
    });

    test('a slow database puts no task on two nodes (mi#3463, mi#4204)', { skip: untouchable }, async () => {
      await using fleet = await start();
      for (const ms of [1_100, 1_500, 2_500]) {
        await pausedFor(ms);
        await fleet.untilRenewed(5);
      }
      await fleet.until('everything is at work', () => Object.keys(fleet.tokens()).length === artifacts.length);
      fleet.assertNeverTwice();
    });

    test(
      'a database that dies and is started again revokes nobody, and all goes on',
      { skip: untouchable },
      async () => {
        await using fleet = await start();
        const before = fleet.tokens();
        const lostBefore = fleet.leasesLost;
        await service('kill', kind);
        await fleet.until('all have stopped', () => Object.keys(fleet.tokens()).length === 0);
        await service('up', kind);
        await fleet.untilRenewed(5);
        await fleet.until('everything is at work', () => Object.keys(fleet.tokens()).length === artifacts.length);
        assert.deepEqual(fleet.tokens(), before);
        assert.equal(fleet.leasesLost, lostBefore);
        fleet.assertNeverTwice();
      },
    );

    test('an outage leaves no orphans, even of a holder that died in it (mi#5024)', { skip: untouchable }, async () => {
      await using fleet = await start();
      const [victim] = fleet.pods as [string];
      await service('kill', kind);
      await fleet.until('all have stopped', () => Object.keys(fleet.tokens()).length === 0);
      await fleet.kill(victim);
      await service('up', kind);
      await fleet.until('everything is at work', () => Object.keys(fleet.tokens()).length === artifacts.length);
      assert.equal(fleet.heldBy(victim).length, 0);
      fleet.assertNeverTwice();
    });

    test('an older backup put back under live members: all goes on, and no token is given a second time', async () => {
      await using fleet = await start();
      await scratch.sql(`CREATE TABLE backup AS SELECT * FROM gantry_coordination`);
      const [victim] = fleet.pods as [string];
      await fleet.kill(victim);
      await fleet.until('everything is held again', () => Object.keys(fleet.tokens()).length === artifacts.length);
      const highest = Math.max(...Object.values(fleet.tokens()));
      await scratch.sql(
        kind === 'postgres'
          ? `INSERT INTO gantry_coordination SELECT * FROM backup
             ON CONFLICT (deployment, key) DO UPDATE SET version = excluded.version, value = excluded.value`
          : `REPLACE INTO gantry_coordination SELECT * FROM backup`,
      );
      await fleet.until('everything is held under new tokens', () => {
        const tokens = Object.values(fleet.tokens());
        return tokens.length === artifacts.length && tokens.every((token) => token > highest);
      });
    });

    async function pausedFor(ms: number): Promise<void> {
      await service('pause', kind);
      try {
        await systemClock.sleep(ms);
      } finally {
        await service('resume', kind);
      }
    }
  });
}
