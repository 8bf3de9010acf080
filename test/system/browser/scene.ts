/** One page of a fake deployment, for the tests of the live page. SCREENSHOTS=DIR keeps pictures of it there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { startDashboard, type Dashboard } from '../../../src/console/dashboard/index.ts';
import { openBrowser, skipWithoutChromium, type Browsing } from './chromium.ts';
import { FakeSource } from './fake-source.ts';

export interface Scene {
  readonly page: Page;
  readonly source: FakeSource;
  readonly dashboard: Dashboard;
  /** What the page complained of: console errors, exceptions, refused loads. */
  readonly complaints: string[];
}

/** Runs inside the page, so it is JavaScript with the page's globals. */
export const weakContrasts: string = readFileSync(join(import.meta.dirname, 'contrast.js'), 'utf8');

const screenshots = process.env['SCREENSHOTS'];
let browser: Browsing | undefined;

before(async () => {
  if (skipWithoutChromium === false) browser = await openBrowser();
});
after(async () => browser?.[Symbol.asyncDispose]());

export function newPage(): Promise<Page> {
  return browser!.context.newPage();
}

export async function scene(
  run: (scene: Scene) => Promise<void>,
  source: FakeSource = new FakeSource(),
): Promise<void> {
  const dashboard = await startDashboard({ port: 0, source });
  const page = await newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  try {
    await page.goto(`http://127.0.0.1:${dashboard.port}/`);
    await page.locator('.pod').first().waitFor();
    await run({ page, source, dashboard, complaints });
  } finally {
    await page.close();
    await dashboard.close();
  }
}

export const texts = async (items: Locator): Promise<string[]> =>
  (await items.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

export const keep = async (page: Page, name: string): Promise<void> => {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
};
