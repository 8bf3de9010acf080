import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  fakeRelease,
  freshArbiter,
  podsOn,
  startTestDeployment,
} from '../../../../deploy/local/fixtures/deployment.ts';
import type { DrainResult } from '../../../../deploy/orders.ts';
import { parseLine } from '../../options.ts';
import { crashOptions, runCrash } from './crash.ts';
import { deploymentOptions } from './deployment.ts';
import { runDrain, runUndrain } from './drain.ts';
import { runFreeze, runThaw } from './freeze.ts';
import { runMove } from './move.ts';
import { runPs } from './ps.ts';
import { runRoll } from './roll.ts';

const artifact = (kind: 'api' | 'task', name: string, stateful: boolean) =>
  ({ kind, name, file: `${name}.xml`, stateful, reason: '', group: 'main', problems: [] }) as const;

const line = (...args: string[]): ReturnType<typeof parseLine> => parseLine(args, deploymentOptions);

test('story: a deployment is shown, hurt, healed, rolled and its task moved, from the command line', async () => {
  const artifacts = [artifact('api', 'Orders', false), artifact('task', 'nightly', true)];
  await using started = await startTestDeployment({
    arbiter: await freshArbiter(),
    pods: podsOn(2, 2),
    release: fakeRelease('one', {}, artifacts),
    load: async () => fakeRelease('two', {}, artifacts),
  });
  const { deployment, folder, event } = started;
  await deployment.settled();
  const place = { folder };
  await Promise.all(['pod-1', 'pod-2'].map((pod) => event('pod-joined', pod)));
  const { token } = await event('artifact-acquired');
  const holder = deployment.status().artifacts[1]?.holder ?? '';
  const other = holder === 'pod-1' ? 'pod-2' : 'pod-1';

  const shown = await runPs(line(), place);
  assert.equal(shown.exitCode, 0);
  assert.match(shown.output, /^orders: replicated\. Everything is stateless\.$/m);
  assert.match(shown.output, /^node-2 +pod-2 +main +ready +0 +\d+ +\d+ ms /m);
  assert.match(shown.output, /^api\/Orders +running +every replica +- +main$/m);
  assert.match(
    shown.output,
    new RegExp(`^task/nightly +running +${holder} +${token} +main +[\\d:]{8} +start +0 +\\S`, 'm'),
  );
  const json = JSON.parse((await runPs(line('--format', 'json'), place)).output) as { pods: unknown[] };
  assert.equal(json.pods.length, 2);

  assert.equal((await runFreeze(line('pod-1'), place)).output, 'pod-1 frozen\n');
  assert.match((await runPs(line(), place)).output, /pod-1 +main +frozen/);
  assert.equal((await runThaw(line('node-1'), place)).output, 'pod-1 running again\n');

  const moved = await runMove(line('nightly', other), place);
  assert.match(moved.output, new RegExp(`^nightly runs on ${other} \\(token \\d+, \\d+ ms\\)$`, 'm'));
  assert.deepEqual(
    deployment.recent.filter(({ type }) => type.startsWith('artifact-')).map(({ type, pod, by }) => [type, pod, by]),
    [
      ['artifact-acquired', holder, 'start'],
      ['artifact-released', holder, undefined],
      ['artifact-acquired', other, 'move'],
    ],
    'the end of a term is told before the next one begins',
  );

  const drained = await runDrain(line(other), place);
  assert.match(
    drained.output,
    new RegExp(`^${other} is drained: 1 artifact moved in \\d+ ms; gantry undrain ${other} `),
  );
  assert.match(drained.output, new RegExp(`^task/nightly +${other} +${holder}$`, 'm'));
  assert.match((await runPs(line(), place)).output, new RegExp(`${other} +main +ready, drained`));
  const refused = await runMove(line('nightly', other, '--format', 'json'), place);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.output, /"error":"NOT_POSSIBLE","message":"task\/nightly cannot move: .* is not a live member/);
  const stuck = JSON.parse((await runDrain(line(holder, '--format', 'json'), place)).output) as DrainResult;
  assert.deepEqual([stuck.moved, stuck.kept.map(({ pod }) => pod)], [[], [holder]]);
  assert.equal((await runUndrain(line(holder), place)).output, `${holder} may take work again\n`);
  assert.equal((await runUndrain(line(other), place)).output, `${other} may take work again\n`);
  assert.equal((await runUndrain(line(other), place)).output, `${other} was not drained\n`);

  const rolled = await runRoll(line('a-folder'), place);
  assert.match(rolled.output, /^rolling update of 2 pods, one to two$/m);
  assert.match(rolled.output, /^rolling update finished in \d+ ms: two$/m);

  const lines: string[] = [];
  const crashed = await runCrash(parseLine(['pod-2'], crashOptions), { folder, progress: (text) => lines.push(text) });
  assert.equal(crashed.output, '', 'what was shown as it came is not printed again');
  assert.equal(lines[0], 'killed pod-2');
  assert.ok(lines.some((text) => text.startsWith('pod-2 was lost')));
  assert.match(lines.at(-1) ?? '', /pod-2 is ready/);
});

test('what cannot be done is one line on stderr, exit code 1, and JSON when JSON was asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-test-'));
  const result = await runPs(line('--format', 'json'), { folder });
  assert.equal(result.exitCode, 1);
  assert.match(result.error ?? '', /^NOT_RUNNING No deployment runs on this machine/);
  assert.equal((JSON.parse(result.output) as { error: string }).error, 'NOT_RUNNING');
  assert.match((await runPs(line('--port', '8290'), { folder })).error ?? '', /No deployment runs on port 8290/);
  rmSync(folder, { recursive: true });
});

test('a slip on the command line is named before anything is looked for', async () => {
  await assert.rejects(async () => runCrash(parseLine([], crashOptions)), {
    name: 'UsageError',
    message: /needs POD\|NODE/,
  });
  await assert.rejects(async () => runMove(line('a', 'b', 'c')), { name: 'UsageError', message: /does not take "c"/ });
  await assert.rejects(async () => runPs(line('--format', 'yaml')), { name: 'UsageError' });
});
