import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '../../clock.ts';
import { fakeRelease, freshArbiter, podsOn, startTestDeployment } from './fixtures/deployment.ts';
import { startLoad, type Answer } from './fixtures/load.ts';
import { beganAt } from './ledger.ts';

const pods = ['pod-1', 'pod-2', 'pod-3'];
const podOf = ({ headers }: Answer): string => String(headers['x-pod']);

test('story: three replicas on three nodes take requests, one is killed, all roll to a new release, all stop', async () => {
  await using started = await startTestDeployment({ load: async () => fakeRelease('two') });
  const { deployment, event } = started;
  await deployment.settled();

  // One request at a time: they take turns, however slow one of them is. Many at once go where least is in hand.
  await using alone = startLoad(`${started.url}/work`, { keeping: 1, opening: 0, restMs: 2 });
  await alone.more(30);
  const turns = await alone.stop();
  const taken = pods.map((pod) => turns.filter((answer) => podOf(answer) === pod).length);
  assert.ok(Math.max(...taken) - Math.min(...taken) <= 1, `of ${turns.length} they took ${taken.join(', ')}`);

  await using load = startLoad(`${started.url}/work`, { keeping: 8, opening: 0, restMs: 2 });
  await load.more(150);
  assert.deepEqual([...new Set(load.answers.map(podOf))].toSorted(), pods);

  assert.deepEqual(deployment.crash('node-2'), ['pod-2']);
  await event('pod-lost', 'pod-2');
  await event('pod-ready', 'pod-2', 2);
  await load.more(50);
  assert.equal(deployment.status().pods[1]?.restarts, 1);

  const rolled = await deployment.roll();
  assert.deepEqual(rolled.pods, pods);
  await load.more(30);
  const answers = await load.stop();

  const failures = answers.filter((answer) => answer.status !== 200);
  // Only what was in flight on the killed process may fail, and only what may not be repeated.
  assert.ok(failures.length <= 8 && failures.every(({ status, method }) => status === 502 && method === 'POST'));
  const { failed, lostInFlight } = deployment.status().traffic;
  assert.deepEqual([failed, lostInFlight], [failures.length, failures.length]);
  assert.ok(answers.slice(-20).every((answer) => answer.headers['x-version'] === 'two'));
  assert.deepEqual(deployment.status().versions, ['two']);

  const pids = deployment.status().pods.map((pod) => pod.pid ?? 0);
  await deployment.stop();
  assert.ok(
    pids.every((pid) => beganAt(pid) === undefined),
    'no replica outlives its deployment',
  );
});

test('a rolling update under load fails no request', async () => {
  await using started = await startTestDeployment({ load: async () => fakeRelease('two') });
  const { deployment } = started;
  await deployment.settled();
  await using load = startLoad(`${started.url}/work`, { keeping: 6, opening: 0, restMs: 2 });
  await load.more(20);
  await deployment.roll();
  await deployment.roll();
  const answers = await load.stop();
  assert.deepEqual(
    answers.filter((answer) => answer.status !== 200),
    [],
  );
  assert.ok(answers.length > 60);
});

test('a replica frozen from outside is found by its silence, loses no request, and thaws back into the rotation', async (t) => {
  await using started = await startTestDeployment();
  const { deployment, event } = started;
  await deployment.settled();
  await using load = startLoad(`${started.url}/work`, { keeping: 6, opening: 0, restMs: 2 });
  await load.more(20);
  const { pid = 0 } = deployment.status().pods[0] ?? {};
  // From outside, so that only its silence tells.
  process.kill(pid, 'SIGSTOP');
  const began = performance.now();
  await event('pod-frozen', 'pod-1');
  t.diagnostic(
    `found after ${Math.round(performance.now() - began)} ms; by its timings it may take 1,100 (watch.test.ts)`,
  );
  assert.equal(deployment.status().pods[0]?.state, 'frozen');
  await load.more(50);
  process.kill(pid, 'SIGCONT');
  await event('pod-thawed', 'pod-1');
  const answers = await load.stop();
  assert.deepEqual(
    answers.filter((answer) => answer.status !== 200),
    [],
    'what it had read it answered after the thaw',
  );
});

test('a replica frozen by command is out of the rotation at once', async () => {
  await using started = await startTestDeployment({ pods: podsOn(2, 2) });
  const { deployment, url } = started;
  await deployment.settled();
  deployment.freeze('pod-1');
  for (let i = 0; i < 6; i++) assert.equal((await fetch(url)).headers.get('x-pod'), 'pod-2');
  deployment.thaw('pod-1');
  assert.equal(deployment.status().pods[0]?.state, 'ready');
});

test('requests wait out the restart of the only replica', async () => {
  await using started = await startTestDeployment({ pods: podsOn(1, 1) });
  const { deployment, url, event } = started;
  await deployment.settled();
  deployment.crash('pod-1');
  await event('pod-lost');
  const answers = await Promise.all([fetch(url), fetch(url, { method: 'POST', body: 'x' })]);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 200],
  );
  assert.equal(deployment.status().traffic.failed, 0);
});

test('a replica that keeps ending is started ever more slowly, and the reason is shown', async () => {
  const clock = new VirtualClock();
  await using started = await startTestDeployment({
    clock,
    pods: podsOn(1, 1),
    release: fakeRelease('one', { FAKE_FAIL: 'report' }),
  });
  const { deployment, event } = started;
  // The first restart is immediate; the second loss waits half a second, and so on.
  for (const [losses, wait] of [
    [2, 500],
    [3, 1_000],
    [4, 2_000],
  ] as const) {
    await event('pod-lost', 'pod-1', losses);
    const [pod] = deployment.status().pods;
    assert.equal(pod?.state, 'down');
    assert.equal(pod?.restartInMs, wait);
    assert.deepEqual(pod?.faults, ['PORT_IN_USE nothing is free']);
    assert.equal(deployment.status().nodes[0]?.state, 'down');
    await clock.advance(wait);
  }
});

test('a release that does not start leaves the old one running, and what was rolled goes back', async () => {
  let next = fakeRelease('two', { FAKE_FAIL: 'exit' });
  await using started = await startTestDeployment({ pods: podsOn(2, 2), load: async () => next });
  const { deployment, url } = started;
  await deployment.settled();
  await assert.rejects(deployment.roll(), {
    code: 'ROLL_FAILED',
    message: /pod-1: ended before it was ready: exit code 1/,
  });
  assert.equal((await fetch(url)).headers.get('x-version'), 'one');

  next = fakeRelease('two', { FAKE_PROBLEM: 'UNKNOWN_MEDIATOR' });
  await assert.rejects(deployment.roll(), { code: 'ROLL_FAILED', message: /UNKNOWN_MEDIATOR it is broken/ });

  next = { ...fakeRelease('three'), version: 'four' };
  await assert.rejects(deployment.roll(), { code: 'ROLL_FAILED', message: /other artifacts/ });
  const { pods, versions } = deployment.status();
  assert.deepEqual(versions, ['one']);
  assert.ok(pods.every((pod) => pod.state === 'ready' && pod.restarts === 0));
});

const nightly = {
  kind: 'task',
  name: 'nightly',
  file: 'nightly.xml',
  stateful: true,
  reason: 'scheduled',
  group: 'main',
  problems: [],
} as const;

test('the exit of a replica ends its lease at once, and what it held goes to another with the gap measured', async () => {
  const arbiter = await freshArbiter();
  await using started = await startTestDeployment({
    arbiter,
    pods: podsOn(2, 2),
    release: fakeRelease('one', {}, [nightly]),
  });
  const { deployment, event } = started;
  const { pod: holder = '', token = 0, time } = await event('artifact-acquired');
  const { by, placedBecause, since, ...artifact } = deployment.status().artifacts[0]!;
  assert.deepEqual(artifact, { ...nightly, holder, token, state: 'running', handovers: 0 });
  assert.equal(by, 'start');
  assert.ok(placedBecause !== undefined && Math.abs(time - (since ?? 0)) < 1_000);
  await deployment.settled();

  deployment.crash(holder);
  const released = await event('artifact-released', holder);
  assert.match(released.text, /its process has ended \(SIGKILL\)/);
  const { members } = await arbiter.snapshot({ signal: AbortSignal.timeout(1_000) });
  const revoked = members.filter(({ value }) => value.state === 'revoked');
  assert.deepEqual(
    revoked.map(({ value }) => [value.pod, value.reason]),
    [[holder, 'its process has ended (SIGKILL)']],
  );
  const taken = await event('artifact-acquired', undefined, 2);
  assert.equal(taken.by, 'failover');
  assert.ok(taken.token! > token && taken.tookMs !== undefined);
  const { terms } = deployment.terms(0);
  assert.deepEqual(
    terms.map(({ pod, end, gapMs }) => ({ pod, end, gapMs })),
    [
      { pod: holder, end: 'lost', gapMs: undefined },
      { pod: taken.pod, end: undefined, gapMs: taken.tookMs },
    ],
  );
  assert.equal(deployment.status().artifacts[0]?.handovers, 1);
});

test('a drained pod gives away what it has and takes nothing, until it is undrained', async () => {
  const tasks = ['a', 'b', 'c', 'd'].map((name) => ({ ...nightly, name, file: `${name}.xml` }));
  await using started = await startTestDeployment({
    arbiter: await freshArbiter(),
    pods: podsOn(2, 2),
    release: fakeRelease('one', {}, tasks),
  });
  const { deployment, event } = started;
  const holders = (): (string | undefined)[] => deployment.status().artifacts.map(({ holder }) => holder);
  await Promise.all(tasks.map((_, i) => event('artifact-acquired', undefined, i + 1)));
  await Promise.all(['pod-1', 'pod-2'].map((pod) => event('pod-joined', pod)));

  const drained = await deployment.drain('node-1');
  assert.equal(drained.target, 'node/node-1');
  assert.deepEqual(drained.kept, []);
  for (const { from, to } of drained.moved) assert.deepEqual([from, to], ['pod-1', 'pod-2']);
  assert.deepEqual(new Set(holders()), new Set(['pod-2']));
  assert.deepEqual(
    deployment.status().pods.map((pod) => pod.drained),
    ['node', undefined],
  );

  const stuck = await deployment.drain('pod-2');
  assert.deepEqual([stuck.moved, stuck.kept.length], [[], 4]);
  await assert.rejects(deployment.move('a', 'pod-1'), {
    code: 'NOT_POSSIBLE',
    message: /task\/a cannot move: pod-1 is not/,
  });
  assert.deepEqual(await deployment.undrain('pod-2'), { target: 'pod/pod-2', was: true });
  assert.deepEqual(await deployment.undrain('node-1'), { target: 'node/node-1', was: true });
  assert.deepEqual(await deployment.undrain('node-1'), { target: 'node/node-1', was: false });
  await assert.rejects(deployment.drain('node-9'), { code: 'NOT_FOUND', message: /"node-9"/ });
});

test('when a supervisor is killed its replicas end, and a frozen one is ended by the next deployment on its port', async () => {
  await using probe = await startTestDeployment({ pods: podsOn(1, 1) });
  await probe.deployment.settled();
  const { http } = probe.deployment.ports;
  await probe.deployment.stop(1_000);

  const script = fileURLToPath(new URL('fixtures/doomed-supervisor.ts', import.meta.url));
  const doomed = spawn(process.execPath, [script, probe.folder, String(http)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(doomed.stdout, 'data')) as [Buffer];
  const [frozen = 0, running = 0] = JSON.parse(line.toString()) as number[];
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');
  while (beganAt(running) !== undefined && !isZombie(running)) await new Promise(setImmediate);
  assert.notEqual(beganAt(frozen), undefined);

  await using _next = await startTestDeployment({
    pods: podsOn(1, 1),
    controlFolder: probe.folder,
    ports: { http, health: 0 },
  });
  while (beganAt(frozen) !== undefined && !isZombie(frozen)) await new Promise(setImmediate);
});

test('a taken port is told as such and nothing is left running', async () => {
  await using started = await startTestDeployment({ pods: podsOn(1, 1) });
  const { http, health } = started.deployment.ports;
  await assert.rejects(startTestDeployment({ ports: { http, health: 0 } }), { code: 'EADDRINUSE', port: http });
  await assert.rejects(startTestDeployment({ ports: { http: 0, health } }), { code: 'EADDRINUSE', port: health });
});

/** An orphan may wait for a lazy init to be reaped; it is dead all the same. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}
