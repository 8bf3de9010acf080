/** The timeline of terms on the live page, in a real Chromium. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { DeploymentStatus } from '../../../src/deploy/status.ts';
import { skipWithoutChromium } from './chromium.ts';
import { artifactOf, FakeSource } from './fake-source.ts';
import { keep, scene, weakContrasts } from './scene.ts';

const skip = skipWithoutChromium;
const tide = 'task/tideTable_Task';
const forward = 'messageProcessor/ForwardManifests';

/** Ten minutes ago on pod-1, five minutes ago killed, away for 60 s so that the gap can be seen, then moved by hand. */
function harbourWithHistory(): FakeSource {
  const source = new FakeSource();
  const ago = (seconds: number): number => Date.now() - seconds * 1_000;
  source.begin({ artifact: tide, token: 1, pod: 'pod-1', from: ago(560), by: 'start', reason: 'it is new' });
  source.begin({ artifact: forward, token: 1, pod: 'pod-2', from: ago(560), by: 'start', reason: 'it is new' });
  source.end(tide, 1, ago(300), 'lost', 'its process has ended (SIGKILL)');
  source.begin({ artifact: tide, token: 2, pod: 'pod-2', from: ago(240), by: 'failover', reason: 'pod-1 was revoked' });
  source.end(tide, 2, ago(100), 'released', 'to pod-3: pod-3 was asked for');
  source.begin({ artifact: tide, token: 3, pod: 'pod-3', from: ago(99.99), by: 'move', reason: 'pod-3 was asked for' });
  return source;
}

const lane = (page: Page, artifact: string): Locator => page.getByRole('group', { name: artifact, exact: true });
const bars = (page: Page, artifact: string): Locator => lane(page, artifact).getByRole('button');
const widths = async (page: Page): Promise<Record<string, number>> => {
  const boxes = await lane(page, tide).locator('.term, .gap').all();
  const named = await Promise.all(
    boxes.map(async (box) => [await box.getAttribute('class'), (await box.boundingBox())?.width ?? 0] as const),
  );
  return Object.fromEntries(named);
};

test(
  'each artifact has a lane, each term a bar in its colour, and a time without a holder is seen',
  { skip },
  async () => {
    await scene(async ({ page, complaints }) => {
      assert.deepEqual(await bars(page, tide).allInnerTexts(), ['pod-1', 'pod-2', 'pod-3']);
      assert.deepEqual(await bars(page, forward).allInnerTexts(), ['pod-2']);
      const { ['term colour-1']: first, ['gap lost']: lost, gap, ...rest } = await widths(page);
      assert.ok(first! > 4 * lost! && first! < 4.7 * lost!, `260 s and 60 s are ${first} and ${lost} pixels wide`);
      assert.ok(gap! >= 2, 'ten milliseconds are seen too');
      assert.deepEqual(Object.keys(rest).toSorted(), ['term colour-2', 'term colour-3 present']);
      await keep(page, 'timeline-wide-light');
      assert.deepEqual(complaints, []);
    }, harbourWithHistory());
  },
);

test('the bar tells how its term came and went, to eyes, pointer and screen reader', { skip }, async () => {
  await scene(async ({ page }) => {
    const second = bars(page, tide).nth(1);
    const words = (await second.getAttribute('aria-label')) ?? '';
    assert.match(words, /^task\/tideTable_Task on pod-2 from [\d:.]+ for 2.3 min, token 2\. /);
    assert.match(words, /Failover, after 1 min without a holder: pod-1 was revoked\. Then given away: to pod-3/);
    await second.hover();
    assert.equal(await page.locator('#term-said').innerText(), words);
    await page.getByRole('radio', { name: '1 min' }).check();
    assert.deepEqual(await bars(page, tide).allInnerTexts(), ['pod-3'], 'what ended before is out of sight');
  }, harbourWithHistory());
});

test('a term that begins or ends while the page is open is drawn at once', { skip }, async () => {
  await scene(async ({ page, source }) => {
    source.end(tide, 3, Date.now(), 'released', 'pod-3 stops');
    source.begin({
      artifact: tide,
      token: 4,
      pod: 'pod-1',
      from: Date.now() + 5,
      by: 'handover',
      reason: 'pod-3 stops',
    });
    source.move('tideTable_Task', 'pod-1', 4);
    await lane(page, tide)
      .getByRole('button', { name: /on pod-1 since .* token 4/ })
      .waitFor();
    assert.equal(await bars(page, tide).count(), 4);
    assert.match((await bars(page, tide).nth(2).getAttribute('aria-label')) ?? '', /Then given away: pod-3 stops/);
  }, harbourWithHistory());
});

test('one Tab stop for all terms; arrows go within an artifact and between artifacts', { skip }, async () => {
  await scene(async ({ page }) => {
    const focused = (): Promise<string | null> => page.evaluate('document.activeElement.getAttribute("aria-label")');
    const stops = await page.locator('#lanes button[tabindex="0"]').count();
    assert.equal(stops, 1);
    await page.getByRole('radio', { name: '10 min' }).focus();
    await page.keyboard.press('Tab');
    assert.match((await focused()) ?? '', /^messageProcessor\/ForwardManifests on pod-2/);
    assert.match(await page.locator('#term-said').innerText(), /ForwardManifests on pod-2/);
    await page.keyboard.press('ArrowDown');
    assert.match((await focused()) ?? '', /^task\/tideTable_Task on pod-2/, 'the one nearest in time');
    await page.keyboard.press('ArrowRight');
    assert.match((await focused()) ?? '', /^task\/tideTable_Task on pod-3/);
    await page.keyboard.press('ArrowUp');
    assert.match((await focused()) ?? '', /^messageProcessor\/ForwardManifests on pod-2/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    assert.match((await focused()) ?? '', /^task\/tideTable_Task on pod-1/);
    assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
    assert.equal(await page.locator('#lanes button[tabindex="0"]').count(), 1);
  }, harbourWithHistory());
});

test(
  'without anything stateful it says so, and what is stateful but never held has an empty lane',
  { skip },
  async () => {
    const source = new FakeSource();
    source.change({ artifacts: [artifactOf('api', 'Berths')] });
    await scene(async ({ page }) => {
      await page.getByText('Nothing here is held by one replica at a time.').waitFor();
      assert.equal(await page.locator('#lanes').isVisible(), false);
      source.change({ artifacts: [{ ...artifactOf('task', 'late'), stateful: true, state: 'waiting' }] });
      source.happen({ type: 'warning', text: 'something' });
      await lane(page, 'task/late').waitFor();
      assert.equal(await bars(page, 'task/late').count(), 0);
    }, source);
  },
);

for (const [width, scheme] of [
  [360, 'dark'],
  [360, 'light'],
  [1400, 'dark'],
] as const) {
  test(
    `fifty artifacts at ${width} pixels, ${scheme}: they scroll, are readable, and nothing is too wide`,
    { skip },
    async () => {
      const source = harbourWithHistory();
      const names = Array.from({ length: 50 }, (_, i) => `reconcileLedger${i}_Task`);
      const status: DeploymentStatus = source.status();
      source.change({
        artifacts: [...status.artifacts, ...names.map((name, i) => artifactOf('task', name, `pod-${(i % 3) + 1}`, 5))],
      });
      for (const [i, name] of names.entries()) {
        const artifact = `task/${name}`;
        const from = Date.now() - 500_000 + i * 3_000;
        source.begin({ artifact, token: 1, pod: `pod-${((i + 1) % 3) + 1}`, from, by: 'start', reason: 'it is new' });
        source.end(artifact, 1, from + 200_000, i % 2 === 0 ? 'lost' : 'released', 'because');
        source.begin({
          artifact,
          token: 5,
          pod: `pod-${(i % 3) + 1}`,
          from: from + 201_100,
          by: 'failover',
          reason: 'because',
        });
      }
      await scene(async ({ page }) => {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme: scheme });
        assert.equal(await page.locator('.lane').count(), 52);
        const { inside, outside, overflow } = await page.evaluate<{
          inside: number;
          outside: number;
          overflow: number;
        }>(`(() => {
        const lanes = document.getElementById('lanes');
        const root = document.documentElement;
        return { inside: lanes.scrollHeight, outside: lanes.clientHeight, overflow: root.scrollWidth - root.clientWidth };
      })()`);
        assert.ok(inside > outside && outside < 600, `${inside} pixels in ${outside}`);
        assert.ok(overflow <= 0, `${overflow} pixels too wide`);
        const { weak } = await page.evaluate<{ weak: string[] }>(weakContrasts);
        assert.deepEqual(weak, []);
        await bars(page, 'task/reconcileLedger49_Task').last().focus();
        await keep(page, `timeline-${width}-${scheme}`);
      }, source);
    },
  );
}
