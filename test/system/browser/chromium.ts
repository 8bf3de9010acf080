import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

/** The system's Chromium; CHROMIUM names another one. */
const executablePath: string = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why browser tests cannot run here, in words; false when they can. */
export const skipWithoutChromium: string | false = existsSync(executablePath)
  ? false
  : `there is no Chromium at ${executablePath}; install it, or name it in CHROMIUM`;

export interface Browsing extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** A browser with a profile of its own that is gone afterwards. */
export async function openBrowser(): Promise<Browsing> {
  const profile = mkdtempSync(join(tmpdir(), 'gantry-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
