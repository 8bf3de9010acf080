/** What a project says about where its artifacts run, and what people order, in the product itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainResult } from '../../../src/deploy/orders.ts';
import type { DeploymentStatus, HeldTerm } from '../../../src/deploy/status.ts';
import { gantry, runGantry } from './gantry.ts';
import { artifacts, task, writeProject } from './shop.ts';

const every = 'interval="3600"';
const project = writeProject({
  'deployment/deployment.toml': `[[gantry.artifact]]
name = "Debit"
group = "ledger"

[[gantry.artifact]]
name = "Credit"
group = "ledger"

[[gantry.artifact]]
name = "task/Report"
apart = ["heavy"]

[[gantry.artifact]]
name = "task/Archive"
apart = ["heavy"]
`,
  [`${artifacts}/sequences/Count.xml`]: `<sequence name="Count" xmlns="http://ws.apache.org/ns/synapse"><drop/></sequence>`,
  ...Object.fromEntries(
    ['Debit', 'Credit', 'Report', 'Archive'].map((name) => [`${artifacts}/tasks/${name}.xml`, task(name, every)]),
  ),
  [`${artifacts}/tasks/Pinned.xml`]: task('Pinned', every).replace('<task ', '<task pinnedServers="node-2" '),
});

const isHeld = ({ artifacts: all }: DeploymentStatus): boolean =>
  all.every(({ stateful, holder }) => !stateful || holder !== undefined);
const holders = (status: DeploymentStatus): Record<string, string | undefined> =>
  Object.fromEntries(status.artifacts.filter((one) => one.stateful).map(({ name, holder }) => [name, holder]));

test('a group is held together, what should be apart is, a pin holds, and a drain respects them all', async () => {
  await using running = await runGantry([project], { args: ['--replicas', '3', '--nodes', '3'] });
  const before = holders(await running.statusWhen(isHeld));
  assert.equal(before['Debit'], before['Credit']);
  assert.notEqual(before['Report'], before['Archive']);
  assert.equal(before['Pinned'], 'pod-2');
  await running.statusWhen(({ pods }) => pods.every((pod) => pod.state === 'ready'));

  const target = before['Debit']!;
  const drained = await running.command('drain', target, '--format', 'json');
  assert.equal(drained.code, 0, drained.stderr);
  const { moved, kept } = JSON.parse(drained.stdout) as DrainResult;
  assert.deepEqual(
    kept.map(({ artifact }) => artifact),
    target === 'pod-2' ? ['task/Pinned'] : [],
  );
  assert.ok(moved.length >= 2);
  const after = await running.status();
  const now = holders(after);
  assert.equal(now['Debit'], now['Credit']);
  assert.ok(Object.entries(now).every(([name, pod]) => pod !== target || name === 'Pinned'));
  assert.equal(after.pods.find(({ name }) => name === target)?.drained, 'pod');

  const { terms } = (await (await fetch(new URL('/api/terms', running.page))).json()) as { terms: HeldTerm[] };
  const debit = terms.filter(({ artifact }) => artifact === 'task/Debit');
  assert.deepEqual(
    debit.map(({ pod, by, end }) => [pod, by, end]),
    [
      [target, 'start', 'released'],
      [now['Debit'], 'drain', undefined],
    ],
  );
  assert.ok(debit[1]!.gapMs !== undefined && debit[1]!.gapMs >= 0);
});

test('plan refuses to isolate a group into two pods, and check shows the line that cannot be followed', async () => {
  const split = await gantry('plan', project, '--isolate', 'one=Debit', '--isolate', 'two=Credit');
  assert.equal(split.code, 1);
  assert.match(split.stdout, /GROUP_SPLIT/);
  const wrong = writeProject({
    'deployment/deployment.toml': '[[gantry.artifact]]\nname = "Debbit"\n',
    [`${artifacts}/tasks/Debit.xml`]: task('Debit', every),
    [`${artifacts}/sequences/Count.xml`]: `<sequence name="Count" xmlns="http://ws.apache.org/ns/synapse"><drop/></sequence>`,
  });
  const checked = await gantry('check', wrong);
  assert.equal(checked.code, 1);
  assert.match(checked.stdout, /deployment\.toml:2:1 error UNKNOWN_ARTIFACT .*"Debbit"[^]*Did you mean "Debit"\?/);
});
