import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRelease, podsOn, startTestDeployment, type TestDeployment } from '../fixtures/deployment.ts';

async function ask(started: TestDeployment, path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${started.deployment.ports.health}${path}`);
  return { status: answer.status, text: await answer.text() };
}

test('the health port answers as MI does, and gives reasons where MI has none', async () => {
  // They are not ready before the first two questions are answered, on a busy machine too.
  const release = fakeRelease('one', { FAKE_STARTUP_MS: '2000' });
  await using started = await startTestDeployment({ pods: podsOn(2, 2), release, productVersion: '1.2.3' });
  const { deployment, event } = started;
  assert.equal((await ask(started, '/startup')).status, 503);
  assert.equal((await ask(started, '/healthz')).status, 500);
  await deployment.settled();
  assert.deepEqual(JSON.parse((await ask(started, '/healthz')).text), {
    version: '1.2.3',
    update_level: '0',
    status: 'ready',
  });
  assert.deepEqual(await ask(started, '/liveness'), { status: 200, text: '{"server":"started"}\n' });
  assert.equal((await ask(started, '/startup')).status, 200);
  assert.equal((await ask(started, '/live')).status, 200);
  assert.equal((await ask(started, '/nothing')).status, 404);

  deployment.crash('pod-2', { downForMs: 60_000 });
  await event('pod-lost', 'pod-2');
  const one = await ask(started, '/ready');
  assert.equal(one.status, 200);
  assert.deepEqual(JSON.parse(one.text), { status: 'ready', reasons: ['1 of 2 pods are ready', 'pod-2 is down'] });
  deployment.crash('pod-1', { downForMs: 60_000 });
  await event('pod-lost', 'pod-1');
  assert.equal((await ask(started, '/ready')).status, 503);
  assert.equal((await ask(started, '/startup')).status, 200, 'a start is over once');
});

test('a faulty artifact makes health faulty while the sound ones serve', async () => {
  const release = fakeRelease('one', { FAKE_PROBLEM: 'UNKNOWN_MEDIATOR' });
  await using started = await startTestDeployment({ pods: podsOn(1, 1), release });
  await started.deployment.settled();
  const { status, text } = await ask(started, '/healthz');
  assert.equal(status, 500);
  assert.deepEqual(JSON.parse(text)['Faulty CAPPs'], ['UNKNOWN_MEDIATOR it is broken']);
  assert.equal((await fetch(started.url)).status, 200);
});

test('metrics of all replicas come as one text with the balancer`s own', async () => {
  await using started = await startTestDeployment({ pods: podsOn(2, 2) });
  await started.deployment.settled();
  await fetch(started.url);
  for (const path of ['/metrics', '/metric-service/metrics']) {
    const { text } = await ask(started, path);
    assert.match(text, /^gantry_balancer_requests_total 1$/m);
    assert.match(text, /^gantry_pod_ready\{pod="pod-2",node="node-2"\} 1$/m);
    assert.match(
      text,
      /^# TYPE fake_served_total counter\nfake_served_total\{pod="pod-1"\} \d+\nfake_served_total\{pod="pod-2"\} \d+$/m,
    );
  }
});
