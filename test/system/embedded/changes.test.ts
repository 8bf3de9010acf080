/** What a user changes about a project: its files while it runs, its environment, classes of their own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runGantry, scratch } from './gantry.ts';
import { artifacts, openTill, shopApi, shopProject, task, writeInto, writeProject } from './shop.ts';

const answer = async (http: string): Promise<string> => (await fetch(`${http}/shop`)).text();

test('with --watch an edited artifact is rolled in, a broken one is refused, and a new task is held by a pod', async () => {
  await using till = await openTill();
  const project = shopProject('one');
  await using gantry = await runGantry([project], {
    args: ['--watch', '--replicas', '2', '--nodes', '2'],
    env: till.env,
  });
  assert.match(await answer(gantry.http), /one/);

  writeInto(project, `${artifacts}/apis/Shop.xml`, shopApi('two'));
  await gantry.event(({ type }) => type === 'roll-finished');
  assert.match(await answer(gantry.http), /two/);

  writeInto(project, `${artifacts}/apis/Shop.xml`, shopApi('three').replace('</api>', '</ap>'));
  const refused = await gantry.event(({ type }) => type === 'roll-failed');
  assert.match(refused.text, /BAD_XML/);
  assert.match(await answer(gantry.http), /two/);

  writeInto(project, `${artifacts}/apis/Shop.xml`, shopApi('four'));
  writeInto(project, `${artifacts}/tasks/Later.xml`, task('Later', 'interval="1"'));
  await gantry.until(() => gantry.events.filter(({ type }) => type === 'roll-finished').length === 2);
  assert.match(await answer(gantry.http), /four/);
  await gantry.until(() => gantry.runs.some((run) => run.artifact === 'task/Later'));

  // From then on the folder is watched that was rolled to.
  const elsewhere = shopProject('five');
  assert.equal((await gantry.command('roll', elsewhere)).code, 0);
  assert.match(await answer(gantry.http), /five/);
  writeInto(elsewhere, `${artifacts}/apis/Shop.xml`, shopApi('six'));
  await gantry.until(() => gantry.events.filter(({ type }) => type === 'roll-finished').length === 4);
  assert.match(await answer(gantry.http), /six/);
});

test('a roll to what cannot run is refused with the reason, and what runs goes on', async () => {
  await using till = await openTill();
  await using gantry = await runGantry([shopProject('one')], { args: ['--pattern', 'single'], env: till.env });
  const refused = await gantry.command('roll', writeProject({ 'notes.txt': 'nothing here' }), '--format', 'json');
  assert.equal(refused.code, 1);
  assert.equal((JSON.parse(refused.stdout) as { error: string }).error, 'ROLL_FAILED');
  assert.match(refused.stderr, /NOT_A_PROJECT/);
  assert.equal((await gantry.command('roll', '--format', 'json')).code, 0);
  assert.match(await answer(gantry.http), /one/);
});

test('--env-file fills the placeholders, and the environment itself goes before it', async () => {
  await using till = await openTill();
  const project = shopProject('one');
  const file = join(scratch, 'shop.env');
  writeInto(scratch, 'shop.env', `# the till\nshop_till=${till.env['shop_till']!}\n`);
  const post = async (http: string): Promise<number> =>
    (
      await fetch(`${http}/shop`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"order": 1}',
      })
    ).status;
  {
    await using gantry = await runGantry([project], { args: ['--pattern', 'single', '--env-file', file] });
    assert.equal(await post(gantry.http), 200);
  }
  await using other = await openTill();
  await using gantry = await runGantry([project], {
    args: ['--pattern', 'single', '--env-file', file],
    env: other.env,
  });
  assert.equal(await post(gantry.http), 200);
  assert.deepEqual([till.arrived.size, other.arrived.size], [1, 1]);
});

test('a task of a Java class runs as the TypeScript class of that name in classes/', async () => {
  const project = writeProject({
    'classes/com.example.Stocktaking.ts': `
      interface Context { properties: Record<string, string>; token: number; inject(sequence: string, body: { json: unknown }): Promise<void> }
      export default class Stocktaking {
        private runs = 0;
        async execute({ properties, token, inject }: Context): Promise<void> {
          this.runs++;
          await inject('Counted', { json: { shelf: properties.shelf, runs: this.runs, fenced: token > 0 } });
        }
      }
    `,
    [`${artifacts}/tasks/Stocktaking.xml`]: `<task name="Stocktaking" class="com.example.Stocktaking" xmlns="http://ws.apache.org/ns/synapse">
        <trigger interval="1"/>
        <property name="shelf" value="A7"/>
      </task>`,
    [`${artifacts}/sequences/Counted.xml`]: `<sequence name="Counted" xmlns="http://ws.apache.org/ns/synapse">
        <log level="custom">
          <property name="shelf" expression="\${payload.shelf}"/>
          <property name="runs" expression="\${payload.runs}"/>
          <property name="fenced" expression="\${payload.fenced}"/>
        </log>
      </sequence>`,
  });
  await using gantry = await runGantry([project], { args: ['--replicas', '2', '--nodes', '2'] });
  await gantry.until(() => gantry.logs.some(({ message }) => /shelf = A7, runs = 2, fenced = true/.test(message)));
  assert.equal((await fetch(`${gantry.health}/healthz`)).status, 200);
});

test('a task of a class that nobody has ported is named, with where to put it', async () => {
  const project = writeProject({
    [`${artifacts}/tasks/Old.xml`]: `<task name="Old" class="com.example.Old" xmlns="http://ws.apache.org/ns/synapse"><trigger interval="1"/></task>`,
    [`${artifacts}/sequences/Fine.xml`]:
      '<sequence name="Fine" xmlns="http://ws.apache.org/ns/synapse"><drop/></sequence>',
  });
  await using gantry = await runGantry([project], { args: ['--pattern', 'single'] });
  const old = (await gantry.status()).artifacts.find(({ name }) => name === 'Old');
  assert.equal(old?.state, 'faulty');
  assert.match(old.problems[0]?.hint ?? '', /classes\/com\.example\.Old\.ts/);
  const healthz = await fetch(`${gantry.health}/healthz`);
  assert.equal(healthz.status, 500);
  assert.deepEqual(((await healthz.json()) as Record<string, unknown>)['Faulty CAPPs'], ['Old']);
});
