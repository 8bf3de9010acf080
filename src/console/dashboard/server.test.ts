import assert from 'node:assert/strict';
import { get, request } from 'node:http';
import { test } from 'node:test';
import { FakeSource } from '../../../test/system/browser/fake-source.ts';
import { VirtualClock } from '../../clock.ts';
import type { DeploymentStatus } from '../../deploy/status.ts';
import { startDashboard, type Dashboard } from './index.ts';
import { pageFiles } from './page-files.ts';

interface Setting {
  readonly page: Dashboard;
  readonly source: FakeSource;
  readonly clock: VirtualClock;
}

async function withPage(run: (setting: Setting) => Promise<void>): Promise<void> {
  const source = new FakeSource();
  const clock = new VirtualClock();
  const page = await startDashboard({ port: 0, source, clock });
  try {
    await run({ page, source, clock });
  } finally {
    await page.close();
  }
}

function ask(port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number; headers: Readonly<Record<string, string>>; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: Object.fromEntries(Object.entries(response.headers).map(([n, v]) => [n, String(v)])),
          body,
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

interface Heard {
  readonly id: string | undefined;
  readonly type: string;
  readonly data: unknown;
}

/** Opens /events and hands out what is heard, one by one. */
function listen(
  port: number,
  headers: Record<string, string> = {},
): { next(): Promise<Heard>; ended: Promise<void>; close(): void } {
  const heard: Heard[] = [];
  const waiting: ((h: Heard) => void)[] = [];
  const ended = Promise.withResolvers<void>();
  const call = get({ host: '127.0.0.1', port, path: '/events', headers }, (response) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop()!;
      for (const frame of frames) {
        const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
        const type = field('event');
        if (type === undefined) continue;
        const one = { id: field('id'), type, data: JSON.parse(field('data')!) as unknown };
        const taker = waiting.shift();
        if (taker) taker(one);
        else heard.push(one);
      }
    });
    response.on('close', () => ended.resolve());
  });
  call.on('error', () => ended.resolve());
  return {
    next: () => new Promise((resolve) => (heard.length > 0 ? resolve(heard.shift()!) : waiting.push(resolve))),
    ended: ended.promise,
    close: () => call.destroy(),
  };
}

test('story: a page is fetched, hears the deployment, misses a moment and catches up', async () => {
  await withPage(async ({ page, source, clock }) => {
    const first = await ask(page.port, '/');
    assert.equal(first.status, 200);
    assert.match(String(first.headers['content-type']), /^text\/html/);
    for (const [, path] of first.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      assert.equal((await ask(page.port, path!)).status, 200, String(path));
    }
    const stream = listen(page.port);
    assert.equal(((await stream.next()).data as DeploymentStatus).name, 'harbour');
    source.move('tideTable_Task', 'pod-3', 1003);
    const moved = await stream.next();
    assert.equal(moved.type, 'happened');
    await clock.advance(40);
    const after = (await stream.next()).data as DeploymentStatus;
    assert.equal(after.artifacts.find((a) => a.name === 'tideTable_Task')!.holder, 'pod-3');
    stream.close();
    await stream.ended;

    source.happen({ type: 'pod-lost', pod: 'pod-2', text: 'pod-2 is gone' });
    const again = listen(page.port, { 'last-event-id': String(moved.id) });
    assert.equal((await again.next()).type, 'status');
    assert.deepEqual((await again.next()).data, {
      time: Date.UTC(2026, 0, 5, 9, 30, 2),
      type: 'pod-lost',
      pod: 'pod-2',
      text: 'pod-2 is gone',
    });
    again.close();
    await again.ended;
  });
});

test('a quiet second is told from a changed one', async () => {
  await withPage(async ({ page, source, clock }) => {
    const stream = listen(page.port);
    await stream.next();
    const types: string[] = [];
    for (const change of [false, false, true]) {
      if (change) source.change({ traffic: { requests: 1, failed: 0, inFlight: 0, perSecond: 0 } });
      await clock.advance(1000);
      types.push((await stream.next()).type);
    }
    assert.deepEqual(types, ['status', 'beat', 'status']);
    stream.close();
    await stream.ended;
  });
});

test('a burst of events is followed by one picture of the outcome', async () => {
  await withPage(async ({ page, source, clock }) => {
    const stream = listen(page.port);
    await stream.next();
    for (const pod of ['pod-1', 'pod-2', 'pod-3']) source.happen({ type: 'pod-ready', pod, text: `${pod} is ready` });
    source.change({ reason: 'after the burst' });
    await clock.advance(100);
    const heard = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    assert.deepEqual(
      heard.map((h) => h.type),
      ['happened', 'happened', 'happened', 'status'],
    );
    await clock.advance(1000);
    assert.equal((await stream.next()).type, 'beat');
    stream.close();
    await stream.ended;
  });
});

test('nothing can be changed, and no request reaches another file', async () => {
  await withPage(async ({ page }) => {
    assert.equal((await ask(page.port, '/api/status', { method: 'POST' })).status, 405);
    for (const path of ['/../server.ts', '/%2e%2e/server.ts', '/draw', '/index.html', '//etc/passwd', '/app/main.js']) {
      assert.equal((await ask(page.port, path)).status, 404, path);
    }
    const status = await ask(page.port, '/api/status?x=1');
    assert.equal((JSON.parse(status.body) as DeploymentStatus).pods.length, 3);
  });
});

test('every answer forbids scripts from elsewhere and framing', async () => {
  await withPage(async ({ page }) => {
    for (const path of ['/', '/main.js', '/api/status', '/nothing']) {
      const { headers } = await ask(page.port, path);
      assert.match(String(headers['content-security-policy']), /^default-src 'self'; frame-ancestors 'none'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });
});

test('a foreign name that leads to this machine gets nothing', async () => {
  await withPage(async ({ page }) => {
    const status = async (host: string): Promise<number> =>
      (await ask(page.port, '/api/status', { headers: { host } })).status;
    assert.equal(await status('evil.example'), 421);
    assert.equal(await status(`evil.example:${page.port}`), 421);
    assert.equal(await status(`localhost:${page.port}`), 200);
    assert.equal(await status(`[::1]:${page.port}`), 200);
  });
});

test('closing ends open streams and leaves the source alone', async () => {
  const source = new FakeSource();
  const page = await startDashboard({ port: 0, source });
  const stream = listen(page.port);
  await stream.next();
  assert.equal(source.subscribers, 1);
  await page.close();
  await stream.ended;
  assert.equal(source.subscribers, 0);
});

test('a port in use is the caller to hear of, and nothing is left behind', async () => {
  await withPage(async ({ page }) => {
    const source = new FakeSource();
    await assert.rejects(startDashboard({ port: page.port, source }), { code: 'EADDRINUSE' });
    assert.equal(source.subscribers, 0);
  });
});

test('the page asks for nothing outside and holds no inline script or style', () => {
  for (const [path, { text }] of pageFiles()) {
    assert.doesNotMatch(text.replace('xmlns="http://www.w3.org/2000/svg"', ''), /https?:\/\//, path);
    if (path !== '/') continue;
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  }
});
