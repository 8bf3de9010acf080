import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeRelease, podsOn, startTestDeployment } from '../../../deploy/local/fixtures/deployment.ts';
import { parseLine } from '../options.ts';
import { crashOptions, runCrash } from './crash.ts';
import { deploymentOptions } from './deployment.ts';
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
    pods: podsOn(2, 2),
    release: fakeRelease('one', {}, artifacts),
    load: async () => fakeRelease('two', {}, artifacts),
  });
  const { deployment, folder, url, event } = started;
  await deployment.settled();
  const place = { folder };
  await fetch(`${url}/term?artifact=task/nightly&token=41&state=acquired`);
  await event('artifact-acquired');
  const holder = deployment.status().artifacts[1]?.holder ?? '';
  const other = holder === 'pod-1' ? 'pod-2' : 'pod-1';

  const shown = await runPs(line(), place);
  assert.equal(shown.exitCode, 0);
  assert.match(shown.output, /^orders: replicated\. Everything is stateless\.$/m);
  assert.match(shown.output, /^node-2 +pod-2 +main +ready +0 +\d+ +\d+ ms /m);
  assert.match(shown.output, /^api\/Orders +running +every replica +- +main$/m);
  assert.match(shown.output, new RegExp(`^task/nightly +running +${holder} +41 +main$`, 'm'));
  const json = JSON.parse((await runPs(line('--format', 'json'), place)).output) as { pods: unknown[] };
  assert.equal(json.pods.length, 2);

  assert.equal((await runFreeze(line('pod-1'), place)).output, 'pod-1 frozen\n');
  assert.match((await runPs(line(), place)).output, /pod-1 +main +frozen/);
  assert.equal((await runThaw(line('node-1'), place)).output, 'pod-1 running again\n');

  const moving = runMove(line('nightly', other), place);
  await event('artifact-released');
  // The fake replica only lets go; the other one is told to take it, whichever request reaches it.
  for (let got = ''; got !== other;) {
    got =
      (await fetch(`${url}/term?artifact=task/nightly&token=42&state=acquired&pod=${other}`)).headers.get('x-pod') ??
      '';
  }
  assert.match((await moving).output, new RegExp(`^nightly runs on ${other} \\(token 42, \\d+ ms\\)$`, 'm'));

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
