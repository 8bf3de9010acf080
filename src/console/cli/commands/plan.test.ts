import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harbour, project } from '../../../../test/golden/plan/projects.ts';
import type { Plan } from '../../../deploy/plan/plan.ts';
import { parseLine } from '../options.ts';
import { planOptions, runPlan } from './plan.ts';

const plan = (...args: string[]): Promise<{ exitCode: number; output: string }> =>
  runPlan(parseLine(args, planOptions), () => Promise.resolve(harbour));

test('a plan goes to the output and exits with 0', async () => {
  const { exitCode, output } = await plan('harbour', '--nodes', '3');
  assert.equal(exitCode, 0);
  assert.match(output, /^harbour: coordinated, 3 replicas on 3 worker nodes\n/);
});

test('every option of the command line reaches the plan', async () => {
  const line = [
    'harbour',
    '--isolate',
    'a=CargoLists,ForwardManifests',
    '--isolate',
    'b=tideTable_Task',
    '--replicas',
    '4',
    '--nodes',
    '2',
  ];
  const decided = JSON.parse((await plan(...line, '--format', 'json')).output) as Plan;
  assert.deepEqual(
    decided.pods.map((p) => p.group),
    ['main', 'main', 'main', 'main', 'a', 'b'],
  );
  const sized = JSON.parse(
    (await plan('harbour', '--rps', '100', '--rps-per-replica', '33.4', '--survive', '1', '--format', 'json')).output,
  ) as Plan;
  assert.equal(sized.sizing!.steps.length > 1, true);
});

test('a refused plan exits with 1 and still prints why', async () => {
  const { exitCode, output } = await plan('harbour', '--pattern', 'replicated');
  assert.equal(exitCode, 1);
  assert.match(output, /RUNS_TWICE/);
});

test('a project that could not be read at all exits with 1 and its own problem', async () => {
  const at = { file: 'nowhere', line: 1, column: 1 };
  const broken = {
    ...project('nowhere', []),
    problems: [{ code: 'NOT_A_PROJECT', level: 'error' as const, at, text: 'There is no project.' }],
  };
  const { exitCode, output } = await runPlan(parseLine(['nowhere'], planOptions), () => Promise.resolve(broken));
  assert.equal(exitCode, 1);
  assert.match(output, /NOT_A_PROJECT nowhere:1:1: There is no project/);
});

test('a slip on the command line is named before anything is read', async () => {
  for (const args of [
    ['x', '--format', 'png'],
    ['x', '--replicas', 'two'],
    ['x', '--rps', 'many'],
    ['x', '--pattern', 'twin'],
    [],
  ]) {
    const line = parseLine(args, planOptions);
    await assert.rejects(
      runPlan(line, () => assert.fail('the project was read')),
      { name: 'UsageError' },
      args.join(' '),
    );
  }
});
