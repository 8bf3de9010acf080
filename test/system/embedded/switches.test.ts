/** Tasks under the hands of people: paused, resumed, run out of turn, and what is told of their runs. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TaskRun } from '../../../src/deploy/local/picture/task-runs.ts';
import { runGantry, scratch, type RunningGantry } from './gantry.ts';
import { artifacts, task, writeProject } from './shop.ts';

const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const project = writeProject({
  [`${artifacts}/tasks/Often.xml`]: task('Often', 'interval="1"'),
  [`${artifacts}/tasks/Seldom.xml`]: task('Seldom', 'cron="0 0 0 1 1 ? 2098"'),
  [`${artifacts}/sequences/Count.xml`]: `<sequence name="Count" ${namespace}><drop/></sequence>`,
});
const start = (): Promise<RunningGantry> =>
  runGantry([project], {
    args: ['--replicas', '2', '--nodes', '2'],
    env: { XDG_STATE_HOME: join(scratch, 'switches') },
  });

async function runsOf(running: RunningGantry, name: string): Promise<readonly TaskRun[]> {
  const { code, stdout, stderr } = await running.command('runs', name, '--format', 'json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as TaskRun[];
}

test('a task that is far from due runs when it is told to, once, and its schedule stays', async () => {
  await using running = await start();
  await running.statusWhen(({ artifacts: all }) => all.every(({ stateful, holder }) => !stateful || holder));
  const { code, stdout, stderr } = await running.command('trigger', 'Seldom', '--format', 'json');
  assert.equal(code, 0, stderr);
  const { pod } = JSON.parse(stdout) as { pod: string };
  await running.until(() => running.runs.some((run) => run.artifact === 'task/Seldom'));
  const ofSeldom = running.runs.filter((run) => run.artifact === 'task/Seldom');
  assert.deepEqual(
    ofSeldom.map((run) => run.pod),
    [pod],
  );
  await running.command('trigger', 'task/Seldom');
  await running.until(() => running.runs.filter((run) => run.artifact === 'task/Seldom').length === 2);
  const told = await runsOf(running, 'Seldom');
  assert.ok(told.length >= 1 && told.every((run) => run.asked && run.fault === undefined && run.pod === pod));
  const wrong = await running.command('trigger', 'Rarely');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /NOT_FOUND .*"Rarely".*task\/Often, task\/Seldom/);
});

test('a paused task does nothing, also after its replica was killed and the deployment started again', async () => {
  const count = (running: RunningGantry): number => running.runs.filter((run) => run.artifact === 'task/Often').length;
  {
    await using running = await start();
    await running.until(() => count(running) >= 2);
    const paused = await running.command('pause', 'Often', '--reason', 'month end');
    assert.equal(paused.code, 0, paused.stderr);
    const off = await running.statusWhen(({ artifacts: all }) => all.some((one) => one.switchedOff === 'month end'));
    const holder = off.artifacts.find(({ name }) => name === 'Often')!.holder!;
    // The pause is known to the replica once it says so; whatever comes after that is a run too many.
    await running.until(() => running.logs.some(({ message }) => message.includes('task/Often is switched off')));
    const before = count(running);
    await running.command('crash', holder);
    await running.event(({ type, pod }) => type === 'pod-ready' && pod === holder);
    await running.statusWhen(({ artifacts: all }) => all.every(({ stateful, holder: by }) => !stateful || by));
    assert.ok(count(running) - before <= 1, 'the run in hand may end, no other may begin');
    assert.match((await running.command('ps')).stdout, /task\/Often +off [^]*task\/Often is off: month end/);
  }
  await using again = await start();
  await again.statusWhen(({ artifacts: all }) => all.some((one) => one.switchedOff === 'month end'));
  const seldom = await again.command('trigger', 'Seldom');
  assert.equal(seldom.code, 0, seldom.stderr);
  assert.equal(count(again), 0);
  const resumed = await again.command('resume', 'Often', '--format', 'json');
  assert.deepEqual(JSON.parse(resumed.stdout), { artifact: 'task/Often', on: true, changed: true });
  await again.until(() => count(again) >= 2);
});
