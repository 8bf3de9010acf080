import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo, startHealthServer, type HealthSource } from './health.ts';

const ready: HealthSource = {
  state: 'ready',
  version: '1.2.3',
  digest: 'abc',
  faulty: [],
  reasons: [],
  runs: () => [],
  switchedOff: () => [],
  metrics: () => '# HELP a a\n',
};

test('a ready replica answers /healthz as MI does', () => {
  const { status, body } = answerTo('/healthz', ready);
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(body), { version: '1.2.3', update_level: '-', status: 'ready' });
});

test('a faulty artifact makes /healthz answer 500 and names it, but the replica stays ready for the sound ones', () => {
  const faulty: HealthSource = { ...ready, faulty: ['api Broken'] };
  const { status, body } = answerTo('/healthz', faulty);
  assert.equal(status, 500);
  assert.deepEqual(JSON.parse(body)['Faulty CAPPs'], ['api Broken']);
  assert.equal(answerTo('/ready', faulty).status, 200);
});

test('a draining replica is alive and started, but not ready', () => {
  const draining: HealthSource = { ...ready, state: 'draining', reasons: ['told to stop'] };
  assert.equal(answerTo('/live', draining).status, 200);
  assert.equal(answerTo('/startup', draining).status, 200);
  assert.equal(answerTo('/ready', draining).status, 503);
  assert.deepEqual(JSON.parse(answerTo('/ready', draining).body).reasons, ['told to stop']);
});

test('a replica with other artifacts than expected has started and lives, but takes no requests', () => {
  const unexpected: HealthSource = { ...ready, state: 'unexpected', reasons: ['not those'] };
  assert.equal(answerTo('/live', unexpected).status, 200);
  assert.equal(answerTo('/startup', unexpected).status, 200);
  assert.equal(answerTo('/ready', unexpected).status, 503);
  assert.equal(answerTo('/healthz', unexpected).status, 503);
});

test('liveness answers as MI does over a real socket, and HEAD has no body', async () => {
  const server = await startHealthServer(0, '127.0.0.1', ready);
  try {
    const get = await fetch(`http://127.0.0.1:${server.port}/liveness`);
    assert.deepEqual(await get.json(), { server: 'started' });
    const head = await fetch(`http://127.0.0.1:${server.port}/liveness`, { method: 'HEAD' });
    assert.equal(await head.text(), '');
  } finally {
    await server.close();
  }
});
