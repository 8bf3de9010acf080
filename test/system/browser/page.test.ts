/** The live page in a real Chromium. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { startDashboard } from '../../../src/console/dashboard/index.ts';
import { skipWithoutChromium } from './chromium.ts';
import { artifactOf, FakeSource } from './fake-source.ts';
import { keep, newPage, scene, texts, weakContrasts } from './scene.ts';

const skip = skipWithoutChromium;
const pod = (page: Page, name: string): Locator => page.getByRole('article', { name });
test('worker nodes, pods and artifacts are shown as they are', { skip }, async () => {
  await scene(async ({ page, complaints }) => {
    assert.equal(await page.title(), 'harbour · Gantry');
    assert.equal(await page.locator('.node').count(), 3);
    assert.equal(await page.locator('.node:nth-child(2) .pod').count(), 1);
    assert.deepEqual(
      await texts(pod(page, 'pod-1').locator('.artifact')),
      ['● task tideTable_Task token 1001', 'API Berths', 'API Cranes', 'proxy CustomsService'].map((t) =>
        t.replace('● ', ''),
      ),
    );
    assert.match(await pod(page, 'pod-1').locator('.state').innerText(), /ready/);
    assert.match(await page.locator('#traffic').innerText(), /318/);
    await keep(page, 'wide-light');
    assert.deepEqual(complaints, []);
  });
});

test('a stateful artifact is seen to move to its new holder, and it is said', { skip }, async () => {
  await scene(async ({ page, source, complaints }) => {
    await page.evaluate(`
      globalThis.moves = 0;
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (...args) {
        globalThis.moves++;
        return animate.apply(this, args);
      };`);
    source.move('tideTable_Task', 'pod-3', 1003);
    await pod(page, 'pod-3').getByText('tideTable_Task').waitFor();
    assert.equal(
      await page.locator('.artifact.stateful').getByText('tideTable_Task').count(),
      1,
      'it is in one place only',
    );
    assert.equal(await page.evaluate('moves'), 1, 'it moved, and only it');
    const log = page.getByRole('log');
    await log.getByText('task/tideTable_Task runs on pod-3 (token 1003, 1130 ms after it was lost)').waitFor();
    assert.match(await log.innerText(), /1130 ms after it was lost/);
    await page.locator('#events[aria-live=polite]').waitFor();
    assert.deepEqual(complaints, []);
  });
});

test('who asks for less motion sees no motion', { skip }, async () => {
  await scene(async ({ page, source }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(`Element.prototype.animate = () => {
      throw new Error('something moved');
    }`);
    source.move('tideTable_Task', 'pod-2', 1003);
    await pod(page, 'pod-2').getByText('tideTable_Task').waitFor();
  });
});

test('every state of a pod has its word, and an artifact without a holder waits in view', { skip }, async () => {
  await scene(async ({ page, source }) => {
    source.pod('pod-1', { state: 'down', restarts: 1, restartInMs: 500, memory: undefined, startupMs: undefined });
    source.pod('pod-2', { state: 'draining' });
    source.pod('pod-3', { state: 'frozen' });
    source.change({
      nodes: [
        { name: 'node-1', state: 'down' },
        { name: 'node-2', state: 'ready' },
        { name: 'node-3', state: 'ready' },
      ],
    });
    source.artifact('tideTable_Task', { holder: undefined, token: undefined, state: 'waiting' });
    source.happen({ type: 'pod-lost', pod: 'pod-1', text: 'pod-1 is gone' });
    await pod(page, 'pod-1').getByText('down, back in 1 s').waitFor();
    await pod(page, 'pod-2').getByText('draining').waitFor();
    await pod(page, 'pod-3').getByText('frozen').waitFor();
    await page.getByRole('heading', { name: 'worker node 1 down' }).waitFor();
    const waiting = page.getByRole('region', { name: 'Artifacts without a holder' });
    await waiting.getByText('tideTable_Task').waitFor();
    assert.deepEqual(await texts(pod(page, 'pod-1').locator('.artifact')), [], 'a pod that is down serves nothing');
    await keep(page, 'states-light');
  });
});

test('a lost connection is said, and the page comes back with what it missed', { skip }, async () => {
  const source = new FakeSource();
  const first = await startDashboard({ port: 0, source });
  const page = await newPage();
  try {
    await page.goto(`http://127.0.0.1:${first.port}/`);
    await pod(page, 'pod-1').waitFor();
    await first.close();
    await page.getByRole('alert').getByText('Connection lost').waitFor();
    await keep(page, 'lost-light');
    source.artifact('tideTable_Task', { holder: 'pod-3', token: 1003 });
    const second = await startDashboard({ port: first.port, source });
    try {
      await pod(page, 'pod-3').getByText('tideTable_Task').waitFor();
      await page.getByRole('alert').waitFor({ state: 'hidden' });
    } finally {
      await second.close();
    }
  } finally {
    await page.close();
  }
});

test('names are shown as text, whatever they hold', { skip }, async () => {
  const source = new FakeSource();
  const odd = '<img src=x onerror="document.title=1">';
  source.change({ name: odd, artifacts: [artifactOf('api', odd), artifactOf('task', `"]${odd}\\`, 'pod-1', 7)] });
  await scene(async ({ page, complaints }) => {
    source.move(`"]${odd}\\`, 'pod-2', 8);
    await pod(page, 'pod-2').locator('.artifact.stateful').waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.title(), `${odd} · Gantry`);
    assert.deepEqual(complaints, []);
  }, source);
});

for (const [width, scheme] of [
  [360, 'dark'],
  [360, 'light'],
  [1400, 'dark'],
  [820, 'light'],
] as const) {
  test(`at ${width} pixels, ${scheme}, nothing is wider than the window`, { skip }, async () => {
    await scene(async ({ page, source }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      source.change({
        reason: 'x'.repeat(120),
        artifacts: [...source.status().artifacts, artifactOf('task', 'n'.repeat(90), 'pod-2', 9)],
      });
      source.move('tideTable_Task', 'pod-2', 1003);
      await pod(page, 'pod-2').getByText('tideTable_Task').waitFor();
      const overflow = Number(
        await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      );
      await page.evaluate('Promise.all(document.getAnimations().map((a) => a.finished)).then(() => {})');
      await keep(page, `${width}-${scheme}`);
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
    });
  });
}

test('text and its ground differ enough to read, in light and dark', { skip }, async () => {
  await scene(async ({ page, source }) => {
    source.pod('pod-2', { state: 'draining' });
    source.pod('pod-3', { state: 'frozen' });
    source.happen({ type: 'pod-draining', pod: 'pod-2', text: 'pod-2 is draining' });
    await pod(page, 'pod-3').getByText('frozen').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { seen, weak } = await page.evaluate<{ seen: number; weak: string[] }>(weakContrasts);
      assert.ok(seen > 30, `${seen} texts were looked at`);
      assert.deepEqual(weak, [], colorScheme);
    }
  });
});

test(
  'the keyboard reaches the skip link and the list of events, and both are seen to have the focus',
  { skip },
  async () => {
    await scene(async ({ page }) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Skip to the worker nodes');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement?.id'), 'cluster');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement?.id'), 'events');
      assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
    });
  },
);
