/** The command line as a user meets it: what it prints, where, and the exit code. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { DeploymentStatus } from '../../../src/deploy/status.ts';
import { gantry, gantryWith, runGantry } from './gantry.ts';

const { version } = (await import('../../../package.json', { with: { type: 'json' } })).default;

test('help and version are printed on stdout with exit code 0, help without a command with 2', async () => {
  for (const word of ['--help', '-h', 'help']) {
    const { code, stdout } = await gantry(word);
    assert.equal(code, 0);
    assert.match(stdout, /^gantry runs WSO2 Micro Integrator/);
  }
  assert.equal((await gantry('run', '--help')).code, 0);
  assert.equal((await gantry()).code, 2);
  assert.deepEqual(await gantry('--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
});

for (const [line, said] of [
  [['rnu', 'examples/orders'], 'gantry: There is no command "rnu". Did you mean "run"?'],
  [['frobnicate'], 'gantry: There is no command "frobnicate". gantry --help lists the commands.'],
  [['run', 'examples/orders', '--replica', '3'], /^gantry: Unknown option '--replica'.* Did you mean --replicas\?$/],
  [
    ['run', 'examples/orders', '--replicas', 'many'],
    'gantry: --replicas takes a whole number from 1 to 500, not "many".',
  ],
  [['run', 'examples/orders', '--port', '99999'], 'gantry: --port takes a whole number from 0 to 65535, not "99999".'],
  [
    ['run', 'examples/orders', '--pattern', 'triple'],
    /^gantry: --pattern takes one of auto, single, .*, not "triple"\.$/,
  ],
  [['run'], 'gantry: gantry run takes the PATH of a project. gantry run examples/orders'],
  [['check'], 'gantry: gantry check takes the PATH of a project. gantry check examples/orders'],
  [['plan', 'examples/orders', '--isolate', 'tasks'], 'gantry: --isolate takes group=artifact,artifact, not "tasks".'],
  [
    ['plan', 'examples/orders', '--format', 'png'],
    /^gantry: --format takes one of text, json, yaml, mermaid, svg, not "png"\.$/,
  ],
  [['crash'], 'gantry: The command needs POD|NODE. gantry crash POD|NODE [--down-for SECONDS]'],
  [['move', 'task'], 'gantry: The command needs POD. gantry move ARTIFACT POD'],
  [
    ['ps', 'pod-1'],
    'gantry: The command does not take "pod-1". gantry ps [--port N | --arbiter ADDRESS --deployment NAME] [--format text|json]',
  ],
  [['ps', '--deployment', 'orders'], /^gantry: --deployment goes with --namespace, --context or --arbiter\./],
] as [string[], string | RegExp][]) {
  test(`gantry ${line.join(' ')}: one line on stderr, exit code 2`, async () => {
    const { code, stdout, stderr } = await gantry(...line);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    if (typeof said === 'string') assert.equal(stderr, `${said}\n`);
    else assert.match(stderr.trimEnd(), said);
  });
}

test('eval answers each line on stdin with one on stdout, and a bad one with its error', async () => {
  const input = [
    { id: 1, expression: '${payload.price * 2}', payload: '{"price": 21}' },
    { id: 2, expression: 'vars.name', variables: { name: 'till' } },
    { id: 3, expression: '${payload.' },
    { id: 4, expression: '//b', payload: '<a><b>x</b></a>', contentType: 'application/xml' },
  ];
  const lines = `${input.map((line) => JSON.stringify(line)).join('\n')}\nno JSON\n`;
  const { code, stdout, stderr } = await gantryWith({ input: lines }, 'eval', '--format', 'json');
  assert.equal(code, 0);
  assert.equal(stderr, '');
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: unknown; value?: string; error?: string });
  assert.deepEqual(
    answers.map(({ id }) => id),
    [1, 2, 3, 4, null],
  );
  assert.deepEqual(
    answers.map(({ value }) => value),
    ['42', 'till', undefined, 'x', undefined],
  );
  assert.deepEqual(
    answers.map(({ error }) => typeof error),
    ['undefined', 'undefined', 'string', 'undefined', 'string'],
  );
});

test('plan prints itself in each format, and ends with 1 when it refuses', async () => {
  const starts: Record<string, RegExp> = {
    text: /^orders: coordinated, 3 replicas on 3 worker nodes\n/,
    json: /^\{\n {2}"/,
    yaml: /^(#|apiVersion|name|project)/,
    mermaid: /^(%%|flowchart|graph|---)/,
    svg: /^<svg /,
  };
  for (const [format, start] of Object.entries(starts)) {
    const { code, stdout, stderr } = await gantry(
      'plan',
      'examples/orders',
      '--replicas',
      '3',
      '--nodes',
      '3',
      '--format',
      format,
    );
    assert.equal(code, 0, format);
    assert.equal(stderr, '', format);
    assert.match(stdout, start);
  }
  const refused = await gantry('plan', 'examples/orders', '--pattern', 'replicated', '--format', 'json');
  assert.equal(refused.code, 1);
  const plan = JSON.parse(refused.stdout) as { ok: boolean; problems: { code: string }[] };
  assert.equal(plan.ok, false);
  assert.ok(plan.problems.some(({ code }) => code === 'RUNS_TWICE'));
});

test('check ends with 0 for a sound project and says so in JSON', async () => {
  const { code, stdout } = await gantry('check', 'examples/orders', '--format', 'json');
  const checked = JSON.parse(stdout) as { ok: boolean; artifacts: { name: string; stateful: boolean }[] };
  assert.equal(checked.ok, true);
  // Its inbox is a variable that only a run sets: the file .env of the example has a value for it.
  assert.equal(code, 0);
  assert.equal(checked.artifacts.find(({ name }) => name === 'recurringOrder_Task')?.stateful, true);
});

test('ps, freeze, thaw, move and crash act on the deployment and say what they did, as text and as JSON', async () => {
  await using running = await runGantry(['examples/orders'], { args: ['--replicas', '2', '--nodes', '2'] });
  const ps = await running.command('ps', '--format', 'json');
  assert.equal(ps.code, 0);
  const status = JSON.parse(ps.stdout) as DeploymentStatus;
  assert.deepEqual(status.addresses, running.first.addresses);
  assert.match(status.addresses.management, /^http:\/\/127\.0\.0\.1:\d+\/management$/);
  assert.equal((await fetch(status.addresses.management)).status, 200);
  assert.equal((await fetch(status.addresses.page)).status, 200);
  assert.match(
    (await running.command('ps')).stdout,
    /^orders: coordinated\.[^]*NODE +POD +GROUP[^]*task\/recurringOrder_Task/,
  );

  await running.event((e) => e.type === 'artifact-acquired' && e.artifact === 'task/recurringOrder_Task');
  const holder = (await running.status()).artifacts.find(({ name }) => name === 'recurringOrder_Task')!.holder!;
  const other = holder === 'pod-1' ? 'pod-2' : 'pod-1';
  await running.statusWhen(({ pods }) => pods.every((pod) => pod.state === 'ready'));
  const moved = await running.command('move', 'recurringOrder_Task', other, '--format', 'json');
  assert.equal(moved.code, 0, moved.stderr);
  const { tookMs, token, ...move } = JSON.parse(moved.stdout) as Record<string, number>;
  assert.deepEqual(move, { artifact: 'recurringOrder_Task', pod: other });
  assert.ok(tookMs! >= 0);
  const after = await running.status();
  const { artifacts } = after;
  const task = artifacts.find(({ name }) => name === 'recurringOrder_Task')!;
  assert.deepEqual([task.holder, task.token, task.by, task.handovers], [other, token, 'move', 1]);

  const frozen = await running.command('freeze', 'node-1', '--format', 'json');
  assert.deepEqual(JSON.parse(frozen.stdout), { pods: ['pod-1'] });
  assert.equal((await running.status()).pods[0]?.state, 'frozen');
  assert.equal((await running.command('thaw', 'pod-1')).code, 0);
  assert.equal((await running.status()).pods[0]?.state, 'ready');

  const crashed = await running.command('crash', 'pod-2', '--down-for', '1');
  assert.equal(crashed.code, 0);
  // Also what became of the tasks it held.
  assert.match(crashed.stdout, /^killed pod-2\npod-2 was lost[^]*task\/recurringOrder_Task runs on pod-1/);

  for (const [line, code] of [
    [['crash', 'pod-9'], 'NOT_FOUND'],
    [['move', 'OrdersAPI', 'pod-1'], 'NOT_POSSIBLE'],
    [['move', 'nothing', 'pod-1'], 'NOT_FOUND'],
    [['thaw', 'node-7'], 'NOT_FOUND'],
  ] as const) {
    const refused = await running.command(...line, '--format', 'json');
    assert.equal(refused.code, 1);
    assert.equal((JSON.parse(refused.stdout) as { error: string }).error, code);
    assert.match(refused.stderr, new RegExp(`^gantry: ${code} `));
  }
  assert.equal(await running.stop(), 0);
  const gone = await running.command('ps');
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /^gantry: NOT_RUNNING No deployment runs on port \d+\. Start one with: gantry run PATH\n$/);
});

const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path) && major(path) < 24);

function major(node: string): number {
  return Number.parseInt(execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1), 10);
}

test(
  'an old Node gets one line and exit code 2',
  { skip: old ? false : 'this machine has no Node older than 24' },
  async () => {
    const { code, stdout, stderr } = await gantryWith({ node: old! }, 'check', 'examples/orders');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^gantry needs Node\.js 24 or newer; this is v\d+\.\d+\.\d+\.\n$/);
  },
);

test('a deployment that is stopped while replicas start does not wait for the deadline to kill them', async () => {
  await using running = await runGantry(['examples/orders'], { args: ['--replicas', '3', '--nodes', '3'] });
  await running.command('crash', 'pod-2', '--format', 'json');
  await running.until(() => running.events.filter((e) => e.type === 'pod-started' && e.pod === 'pod-2').length > 0);
  assert.equal(await running.stop(), 0);
  const ends = running.events.filter(({ type }) => type === 'pod-stopped').map(({ text }) => text);
  assert.equal(ends.length, 3);
  for (const text of ends) assert.match(text, /has ended \(exit code 0\)/);
});
